"""What doctor says of the font of pictures."""

from app.settings import Settings
from app.verbs import doctor_pictures


async def test_the_shipped_font_is_well():
    found = await doctor_pictures.pictures(Settings())
    assert found.ok
    assert "chargehand-sans.otf" in found.found


async def test_a_missing_font_is_wrong_whatever_the_server_has(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor_pictures, "font_file", lambda: tmp_path / "none.otf")
    found = await doctor_pictures.pictures(Settings())
    assert not found.ok
    assert "codes and English" in found.fix
