"""What doctor finds about models outside."""

from pathlib import Path

from app.doubles.cloud import CloudDouble
from app.settings import Settings, load
from app.verbs.doctor_cloud import faults_of_cloud

OLD = """
[[price]]
provider = "tencent"
models = ["hy4-flash"]
currency = "CNY"
miss = "1"
output = "4"
valid_from = 2020-01-01T00:00:00Z
valid_until = 2020-02-01T00:00:00Z
read = 2020-01-01
source = "x"
"""


def settings(folder: Path, url: str, more: str = "", mode: int = 0o600) -> Settings:
    key = folder / "tencent.key"
    key.write_text("sk-x")
    key.chmod(mode)
    route = f'[cloud.tencent]\nenabled = true\nbase_url = "{url}"\nkey_file = "{key}"\n'
    file = folder / "config.toml"
    file.write_text(f"[cloud]\nenabled = true\n{more}\n{route}")
    return load(file, {})[0]


async def test_what_is_well_is_well_and_nothing_is_asked(tmp_path):
    assert await faults_of_cloud(Settings()) == ()
    async with CloudDouble("tencent") as double:
        assert await faults_of_cloud(settings(tmp_path, double.base_url)) == ()
        assert double.seen.requests == []


async def test_each_fault_says_what_to_do(tmp_path):
    assert (
        "switch one on" in (await faults_of_cloud(Settings.model_validate({"cloud": {"enabled": True}})))[0]
    )
    old = tmp_path / "prices.toml"
    old.write_text(OLD)
    async with CloudDouble("tencent") as double:
        url = double.base_url
        [price] = await faults_of_cloud(settings(tmp_path, url, f'price_file = "{old}"'))
        assert "no valid price" in price
        [mode] = await faults_of_cloud(settings(tmp_path, url, mode=0o640))
        assert "chmod 600" in mode
        made = settings(tmp_path, url)
        (tmp_path / "tencent.key").unlink()
        [key] = await faults_of_cloud(made)
        assert "cannot be read" in key
    [gone] = await faults_of_cloud(settings(tmp_path, url))
    assert "open the firewall" in gone
