import hashlib
import multiprocessing
import os
import textwrap
import time
from pathlib import Path

import pytest

from app.outbound.lane import checksum
from app.outbound.lane.checksum import remembered_sha256
from app.outbound.lane.manifest import read_manifest
from app.outbound.lane.weights import Weights, locate
from app.records.errors import ModelWrong
from app.settings import Model, shipped

CONTENT = b"GGUF and some weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _manifest(source: str, digest: str = DIGEST) -> str:
    return textwrap.dedent(f"""
        name = "tiny"
        file = "tiny.gguf"
        sha256 = "{digest}"
        size_bytes = {len(CONTENT)}
        date = 2026-11-23
        licence = "Apache-2.0"
        quantisation = "F16"
        [source]
        {source}
    """)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "given.gguf").write_bytes(CONTENT)
    (folder / "manifest.toml").write_text(_manifest('kind = "file"\npath = "given.gguf"'))
    return tmp_path / "models"


MODEL = Model(name="tiny")


def test_the_model_that_ships_is_a_file_of_its_folder_and_checked(real_weights: Weights) -> None:
    folder = shipped("models") / Model().name
    manifest = read_manifest(folder / "manifest.toml")
    assert real_weights.path == folder / "encoder.gguf"
    assert real_weights.path.stat().st_size == manifest.size_bytes
    assert (real_weights.sha256, real_weights.model_hash) == (manifest.sha256, manifest.sha256[:12])


def test_a_model_of_packages_is_assembled_and_checked(packaged_weights: Weights) -> None:
    manifest = read_manifest(shipped("models") / "gemma-3-270m" / "manifest.toml")
    assert packaged_weights.path.stat().st_size == manifest.size_bytes
    assert (packaged_weights.sha256, packaged_weights.model_hash) == (manifest.sha256, manifest.sha256[:12])
    assert [p.suffix for p in packaged_weights.path.parent.iterdir() if "partial" in p.name] == []


def test_a_file_source(models: Path, tmp_path: Path) -> None:
    assert locate(MODEL, models, tmp_path / "cache") == Weights(models / "tiny" / "given.gguf", DIGEST)


def test_a_wrong_checksum_is_refused_naming_both(models: Path, tmp_path: Path) -> None:
    (models / "tiny" / "given.gguf").write_bytes(b"something else")
    found = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(ModelWrong, match=f"expected sha256 {DIGEST}.*found {found}"):
        locate(MODEL, models, tmp_path / "cache")


def test_a_weights_file_with_a_manifest_of_its_own(models: Path, tmp_path: Path) -> None:
    own = tmp_path / "qwen.gguf"
    own.write_bytes(b"qwen")
    digest = hashlib.sha256(b"qwen").hexdigest()
    model = Model(name="tiny", weights_file=own)
    with pytest.raises(ModelWrong, match="not the file of the manifest 'tiny'"):
        locate(model, models, tmp_path / "cache")
    (tmp_path / "qwen.gguf.manifest.toml").write_text(_manifest('kind = "file"\npath = "qwen.gguf"', digest))
    assert locate(model, models, tmp_path / "cache").sha256 == digest


def test_a_missing_file_and_a_missing_manifest(models: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelWrong, match="No such file"):
        locate(Model(name="tiny", weights_file=tmp_path / "none.gguf"), models, tmp_path)
    with pytest.raises(ModelWrong, match="No such file"):
        locate(Model(name="nobody"), models, tmp_path)


def test_a_missing_package_is_named(models: Path, tmp_path: Path) -> None:
    (models / "tiny" / "manifest.toml").write_text(_manifest('kind = "package"\npackage = "no_such_weights"'))
    with pytest.raises(ModelWrong, match="no_such_weights"):
        locate(MODEL, models, tmp_path)


@pytest.mark.parametrize(
    "wrong",
    ["name = 1", _manifest('kind = "ftp"'), _manifest('kind = "mirror"\nurl = "ftp://x"'), "= ="],
)
def test_a_malformed_manifest_is_refused_naming_the_file(models: Path, tmp_path: Path, wrong: str) -> None:
    (models / "tiny" / "manifest.toml").write_text(wrong)
    with pytest.raises(ModelWrong, match=r"manifest\.toml: "):
        locate(MODEL, models, tmp_path)


def _assemble(models: Path, cache: Path, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait()
    locate(MODEL, models, cache)


def test_two_processes_may_make_the_file_at_once(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "slow_weights.py"
    package.write_text(
        "from pathlib import Path\n"
        "def assemble(path):\n"
        f"    with Path(path).open('xb') as file, Path({str(tmp_path / 'made')!r}).open('a') as log:\n"
        f"        file.write({CONTENT!r})\n"
        "        log.write('once ')\n"
    )
    (models / "tiny" / "manifest.toml").write_text(_manifest('kind = "package"\npackage = "slow_weights"'))
    monkeypatch.syspath_prepend(tmp_path)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    makers = [context.Process(target=_assemble, args=(models, tmp_path / "cache", barrier)) for _ in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert [maker.exitcode for maker in makers] == [0, 0, 0]
    assert (tmp_path / "made").read_text() == "once "
    assert locate(MODEL, models, tmp_path / "cache").sha256 == DIGEST


def test_a_package_with_another_file_leaves_nothing_behind(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other_weights.py").write_text("def assemble(path):\n    path.write_bytes(b'other')\n")
    (models / "tiny" / "manifest.toml").write_text(_manifest('kind = "package"\npackage = "other_weights"'))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelWrong, match="nothing was kept"):
        locate(MODEL, models, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.gguf*partial"))
    assert not list((tmp_path / "cache").glob("*.gguf"))


def test_what_an_interrupted_process_left_is_made_anew(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good_weights.py").write_text(f"def assemble(path):\n    path.write_bytes({CONTENT!r})\n")
    (models / "tiny" / "manifest.toml").write_text(_manifest('kind = "package"\npackage = "good_weights"'))
    monkeypatch.syspath_prepend(tmp_path)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / f"{DIGEST[:12]}-tiny.gguf.partial").write_bytes(b"half")
    assert locate(MODEL, models, cache).path.read_bytes() == CONTENT


class _Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> str:
        self.count += 1
        return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_checksum_is_remembered_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = _Counter()
    monkeypatch.setattr(checksum, "sha256_of", counter)
    file = tmp_path / "weights"
    file.write_bytes(b"aaaa")
    digests = {remembered_sha256(file, tmp_path / "notes") for _ in range(3)}
    assert (digests, counter.count) == ({hashlib.sha256(b"aaaa").hexdigest()}, 1)
    times = file.stat()
    file.write_bytes(b"bbbb")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    _let_the_clock_move(file, times.st_ctime_ns)
    assert remembered_sha256(file, tmp_path / "notes") == hashlib.sha256(b"bbbb").hexdigest()


def _let_the_clock_move(file: Path, past_ns: int) -> None:
    """Coarse file systems may stamp two writes alike."""
    while file.stat().st_ctime_ns == past_ns:
        time.sleep(0.001)
        file.chmod(0o600)


@pytest.mark.parametrize("note", [b"", b"[]", b'{"sha256": 3}', b"\xff"])
def test_a_damaged_note_is_ignored(tmp_path: Path, note: bytes) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"aaaa")
    remembered_sha256(file, tmp_path / "notes")
    [path] = (tmp_path / "notes").iterdir()
    path.write_bytes(note)
    assert remembered_sha256(file, tmp_path / "notes") == hashlib.sha256(b"aaaa").hexdigest()


def test_notes_that_cannot_be_written_are_done_without(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"aaaa")
    assert remembered_sha256(file, file / "notes") == hashlib.sha256(b"aaaa").hexdigest()
