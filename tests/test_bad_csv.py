"""A bad CSV of each kind: a clear error that names place, value and remedy, or a documented treatment."""

import gzip

import numpy as np
import pandas as pd
import pytest

from mktutils.preprocessing import TableError, make_preprocessor, parse_number, read_table

GOOD = "customer_id,age,country,purchased\nC1,31,DE,1\nC2,,FR,0\nC3,45,DE,0\n"


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a CSV and return its path."""

    def _write(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return _write


def message(path, **options):
    with pytest.raises(TableError) as caught:
        read_table(path, **options)
    return str(caught.value)


def test_a_good_table_is_read_with_its_types(write):
    df = read_table(write(GOOD), required=["country"], numeric="age", label="purchased", key="customer_id")
    assert df["age"].dtype == "float64" and df["purchased"].dtype == "int64"
    assert df["age"].tolist()[::2] == [31.0, 45.0] and np.isnan(df["age"][1])


# --- the eight of the course -----------------------------------------------------------------------------


def test_missing_column_is_named_with_a_near_match(write):
    text = message(write(GOOD), required=["Country", "customer-id", "basket"])
    assert "'Country' (did you mean 'country'?)" in text
    assert "'customer-id' (did you mean 'customer_id'?)" in text
    assert "'basket'." in text and "customer_id, age, country, purchased" in text


def test_text_in_a_numeric_column_is_named_with_value_line_and_remedy(write):
    text = message(write(GOOD.replace("45", "45 years")), numeric=["age"])
    assert "'age'" in text and "line 4" in text and "'45 years'" in text and "parse_number" in text


def test_the_remedy_for_text_in_a_numeric_column_works(write):
    df = read_table(write(GOOD.replace("45", "45 years")))
    assert parse_number(df["age"]).tolist()[::2] == [31.0, 45.0]


@pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
def test_empty_file_is_refused(write, content):
    assert "table.csv is empty" in message(write(content))


def test_all_missing_column_is_refused_unless_allowed(write):
    path = write("a,b\n1,\n2,NA\n")
    text = message(path)
    assert "'b' has no value" in text and "2 rows" in text and "allow_empty=['b']" in text
    assert read_table(path, allow_empty="b")["b"].isna().all()


@pytest.mark.parametrize("value", ["2", "yes", "0.5", "-1", "True"])
def test_label_outside_0_and_1_is_named_with_its_line(write, value):
    text = message(write(GOOD.replace("45,DE,0", f"45,DE,{value}")), label="purchased")
    assert "line 4" in text and f"'{value}'" in text.replace(" " + value, f" '{value}'") and "map" in text


def test_duplicate_key_is_named_with_its_lines(write):
    text = message(write(GOOD.replace("C3", "C1")), key="customer_id")
    assert "C1 stands at lines 2, 4" in text and "drop_duplicates" in text


def test_unknown_category_at_serving_has_its_documented_treatment(write):
    train = pd.DataFrame({"country": ["DE"] * 50 + ["FR"] * 48 + ["LI", "SM"], "city": ["a", "b"] * 50})
    preprocessor = make_preprocessor(onehot=["country", "city"], min_frequency=0.05).fit(train)
    serving = read_table(write("country,city\nXX,zz\nLI,a\n"))
    known = preprocessor.get_feature_names_out().tolist()
    unknown_row, rare_row = (
        dict(zip(known, row, strict=True)) for row in preprocessor.transform(serving).tolist()
    )
    assert unknown_row["country_infrequent_sklearn"] == rare_row["country_infrequent_sklearn"] == 1
    assert unknown_row["city_a"] == unknown_row["city_b"] == 0  # training had no rare city


def test_wrong_encoding_is_shown_with_position_and_readable_encodings(write):
    raw = GOOD.replace("FR", "Österreich").encode("cp1252")
    text = message(write(raw))
    assert f"position {raw.index(0xD6)}" in text and "line 3" in text and "0xd6" in text
    assert "'cp1252'" in text and "Österreich" in text
    assert read_table(write(raw), encoding="cp1252")["country"][1] == "Österreich"


# --- more that happens -----------------------------------------------------------------------------------


def test_chinese_file_lists_gb18030(write):
    raw = "客户,购买\n北京,1\n".encode("gb18030")
    assert "'gb18030' (that line reads '客户,购买')" in message(write(raw))
    assert read_table(write(raw), encoding="gb18030")["客户"][0] == "北京"


def test_utf16_file_is_recognised_with_and_without_its_mark(write):
    assert "'utf-16'" in message(write(GOOD.encode("utf-16")))
    assert "utf-16" in message(write(GOOD.encode("utf-16-le")))


def test_bytes_that_fit_no_other_encoding_fall_back_to_latin1(write):
    assert "'latin-1'" in message(write(b"a,b\n\x81\xff,1\n"))


def test_unknown_encoding_name_is_said(write):
    assert "no encoding 'utf-9'" in message(write(GOOD), encoding="utf-9")


def test_byte_order_mark_of_excel_is_read_over(write):
    assert read_table(write(b"\xef\xbb\xbf" + GOOD.encode())).columns[0] == "customer_id"


def test_gzip_is_read_and_a_cut_one_refused(write):
    whole = gzip.compress(GOOD.encode(), mtime=0)
    assert len(read_table(write(whole, "t.csv.gz"))) == 3
    assert "not a complete .gz" in message(write(whole[:-12], "cut.csv.gz"))
    assert "not a complete .gz" in message(write(GOOD, "plain.csv.gz"))


def test_absent_file_is_said(tmp_path):
    assert "no file" in message(tmp_path / "none.csv")


def test_header_only_is_refused(write):
    assert "no rows" in message(write("a,b\n\n"))


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("sep", [";", "\t", "|"])
def test_wrong_separator_is_recognised_and_the_remedy_works(write, sep, quote):
    path = write(
        GOOD.replace("customer_id,age", f"{quote}customer_id{quote},{quote}age{quote}").replace(",", sep)
    )
    assert f"sep={sep!r}" in message(path)
    assert read_table(path, sep=sep).shape == (3, 4)


def test_comma_file_read_with_semicolon_is_recognised(write):
    assert "sep=','" in message(write(GOOD), sep=";")


def test_one_column_without_separator_is_fine(write):
    assert read_table(write("price\n1\n2\n"))["price"].tolist() == [1, 2]


@pytest.mark.parametrize("row", ["C4,1,DE", "C4,1,DE,0,9"])
def test_ragged_row_is_named_with_its_line(write, row):
    assert "line 5" in message(write(GOOD + row + "\n"))


def test_open_quote_is_named_with_the_line_where_it_starts(write):
    assert "starting at line 3" in message(write('a,b\n1,2\n3,"4\n5,6\n'))


def test_line_numbers_hold_behind_blank_lines_and_quoted_line_breaks(write):
    path = write('note,age\n"two\nlines",1\n\n   \nx,old\n')
    assert "line 6 holds 'old'" in message(path, numeric=["age"])


@pytest.mark.parametrize("cell", ["inf", "-inf"])
def test_infinite_value_is_refused(write, cell):
    assert "line 4" in message(write(GOOD.replace("45", cell)), numeric=["age"])


def test_infinite_value_among_text_free_column_names_the_cell(write):
    assert "inf" in message(write("a\n1\ninf\n"), numeric=["a"])


def test_unnamed_and_repeated_columns_are_refused(write):
    assert "index=False" in message(write(",a\n0,1\n"))
    assert "two columns are named 'a'" in message(write("a,a\n0,1\n"))


def test_missing_label_is_named_with_its_line(write):
    assert "missing at line 3" in message(write(GOOD.replace("FR,0", "FR,")), label="purchased")


def test_label_named_as_numeric_gets_the_error_of_the_label(write):
    assert "must be 0 or 1" in message(
        write(GOOD.replace("DE,1", "DE,x")), label="purchased", numeric="purchased"
    )


def test_missing_key_is_refused(write):
    assert "missing at line 2" in message(write(GOOD.replace("C1", "")), key="customer_id")


def test_key_is_compared_as_text(write):
    df = read_table(write("id,x\n007,1\n7,2\n"), key="id")
    assert df["id"].tolist() == ["007", "7"]


def test_key_of_two_columns_is_unique_together(write):
    content = "id,month,x\nA,1,5\nA,2,5\nB,1,5\n"
    assert len(read_table(write(content), key=["id", "month"])) == 3
    assert "A / 1 stands at lines 2, 5" in message(write(content + "A,1,9\n"), key=["id", "month"])


def test_dates_are_parsed_and_a_bad_one_is_named_with_its_line(write):
    content = "day,x\n2024-03-05,1\n05.03.2024,2\n,3\n"
    df = read_table(write(content), dates=["day"])
    assert df["day"].dtype == "datetime64[us]" and df["day"].nunique() == 1
    text = message(write(content + "soon,4\n"), dates=["day"])
    assert "'soon' as a date in column 'day' at line 5" in text


def test_every_error_is_a_value_error(write):
    with pytest.raises(ValueError):
        read_table(write(""))


def test_parsers_that_disagree_are_not_trusted(write, monkeypatch):
    monkeypatch.setattr(pd, "read_csv", lambda *_, **__: pd.DataFrame({"a": [1]}))
    assert "cannot tell rows apart" in message(write("a\n1\n2\n"))
