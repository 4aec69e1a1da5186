"""Scripts, untranslated text, and the identification of continuations."""

import pytest

from demo.languages import LANGUAGES, is_in_script, is_technical, is_untranslated


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("打开文件夹", "cmn_Hans", True),
        ("フォルダーを開く", "cmn_Hans", False),
        ("フォルダーを開く", "jpn_Jpan", True),
        ("打开文件夹", "jpn_Jpan", False),
        ("Откройте папку", "rus_Cyrl", True),
        ("Open the folder", "rus_Cyrl", False),
        ("12345", "eng_Latn", False),
    ],
)
def test_script(text: str, code: str, expected: bool) -> None:
    assert is_in_script(text, code) is expected


def test_english_left_in_a_translation_is_seen() -> None:
    assert is_untranslated("Open the folder and click the button.", "fra_Latn")
    assert not is_untranslated("Ouvrez le dossier et cliquez sur le bouton.", "fra_Latn")
    assert not is_untranslated("Open the folder and click the button.", "eng_Latn")


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Open the file manager and press the button.", "eng_Latn", False),
        ("Edit /etc/fstab and run dpkg --configure foo-1.2.deb now.", "eng_Latn", True),
        ("使用 APT 安装软件包的方法很简单。", "cmn_Hans", False),
        ("运行 apt-get install linux-image 命令。", "cmn_Hans", True),
    ],
)
def test_paragraphs_full_of_commands_are_technical(text: str, code: str, expected: bool) -> None:
    assert is_technical(text, code) is expected


def test_codes_are_unique_and_azerbaijani_is_in_latin_script() -> None:
    assert len(LANGUAGES) == 16
    assert LANGUAGES["azb_Latn"].is_latin
    assert LANGUAGES["azb_Latn"].declarations == ("032",)


def test_identification_of_latin_script_languages() -> None:
    pytest.importorskip("py3langid")
    from demo.identify import is_in_language

    french = "pour ouvrir le menu dans la fenêtre et cliquez sur le bouton de la souris"
    assert is_in_language(french, "fra_Latn")
    assert not is_in_language(french, "eng_Latn")
    assert is_in_language("菜单 打开文件夹", "cmn_Hans")
