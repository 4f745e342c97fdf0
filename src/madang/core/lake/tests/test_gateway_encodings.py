"""Texts of other countries are refused in words, not read as Korean that nobody wrote."""

import pytest

from madang.core.base.interface import BadInput

JAPANESE = "施設名,住所,備考\n" + "".join(f"第{n}公園,東京都新宿区西新宿{n}丁目,避難所\n" for n in range(20))
CHINESE = "名称,地址,备注\n" + "".join(f"图书馆{n},北京市朝阳区,公共服务设施\n" for n in range(20))
RUSSIAN = "Название,Адрес\n" + "".join(f"Школа {n},улица Ленина {n}\n" for n in range(20))
FRENCH = "Nom,Adresse\n" + "".join(f"Crèche n°{n},Allée des Érables {n}\n" for n in range(20))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb2312"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (FRENCH, "cp1252"),
    ],
)
def test_another_country_s_encoding_is_refused_with_what_to_do(take, text, encoding):
    with pytest.raises(BadInput, match="save the file as UTF-8"):
        take(text, encoding=encoding)


@pytest.mark.parametrize("text", [JAPANESE, CHINESE, RUSSIAN, FRENCH])
def test_the_same_text_in_utf_8_is_read(take, text):
    assert take(text)[0]["rows_kept"] == 20


@pytest.mark.parametrize(
    "word", ["똠방각하 펲시콜라", "쌍용차 뚝섬", "漢字 地名 강남구", "㎡ ※ ○ ① Ⅲ", "닭 값 흙 삶 몫 넋 여덟"]
)
def test_korean_with_rare_syllables_is_korean(take, word):
    lines = "".join(f"시설{n},서울특별시 강남구 {word}\n" for n in range(20))
    report, rows = take(f"이름,주소\n{lines}", encoding="cp949")
    assert (report["encoding"], rows[0]["주소"]) == ("cp949", f"서울특별시 강남구 {word}")


KOREAN = "연번,시설명,주소\n" + "".join(f"{n},도서관{n},서울특별시 강남구 선릉로 {n}\n" for n in range(20))


@pytest.mark.parametrize(
    "text",
    [
        KOREAN.encode("cp949").decode("latin-1"),
        KOREAN.encode().decode("latin-1"),
        "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in KOREAN.encode()),
    ],
    ids=["CP949 as Latin-1", "UTF-8 as Latin-1", "UTF-8 as Windows-1252"],
)
def test_text_saved_in_a_wrong_encoding_is_put_right(take, text):
    report, rows = take(text)
    assert rows[3] == {"연번": 3, "시설명": "도서관3", "주소": "서울특별시 강남구 선릉로 3"}
    assert report["fixes"] == {"misread_letters_mended": 21}


def test_text_that_lost_letters_in_a_wrong_encoding_is_refused(take):
    with pytest.raises(BadInput, match="send the original"):
        take(KOREAN.encode().decode("cp949", "replace"))


def test_japanese_with_many_a_kana_is_no_lost_korean(take):
    lines = "".join(f"公園{n},みるくれすとらんとろくまでくるれい\n" for n in range(300))
    assert take(f"施設名,説明\n{lines}")[0]["rows_kept"] == 300


@pytest.mark.parametrize("byte_order", ["utf-16-le", "utf-16-be"])
def test_damaged_utf_16_is_refused_with_its_line(take, byte_order):
    mark, damage = "\ufeff".encode(byte_order), "\ud800".encode(byte_order, "surrogatepass")
    lines = [f"시설{n},{n}\n".encode(byte_order) for n in range(1, 100_000)]
    whole = mark + "이름,수\n".encode(byte_order) + b"".join(lines)
    for line in (500, 99_000):
        at = whole.index(lines[line - 2])
        with pytest.raises(BadInput, match=f"line {line}: damaged UTF-16"):
            take(whole[:at] + damage + whole[at:])
