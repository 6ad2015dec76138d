"""What any page's tables are made of, cell by cell."""

from __future__ import annotations

from striate.reports.kit.table import Cell, plain_text, recipe_table, tables_of


def test_the_base_recipe_shows_the_nets_options_as_fields_and_no_seed() -> None:
    table = recipe_table(
        {"data": "digits", "batch_size": 32, "seed": 0, "validate_on_test": False, "net_options": {"dropout": 0.5}}
    )
    assert table.paired
    fields = {name.text: value.text for name, value in table.rows}
    assert fields["dropout"] == "0.5"
    assert fields["batch size"] == "32"
    assert fields["validate on test"] == "no"
    assert not {"seed", "net options"} & fields.keys()


def test_the_details_of_a_verdict_become_tables_whatever_they_are() -> None:
    details = {
        "margin": 0.005,
        "answers": {"a": "supported", "b": None},
        "arms": [{"arm": "a", "n": 3}, {"arm": "b", "mean_epochs": 11.5}],
        "family": {"largest_stable": 0.003, "rates": [{"lr": 0.003}]},
        "empty": [],
    }
    tables = tables_of(details)
    assert [table.title for table in tables] == ["", "arms", "family", "family, rates"]
    assert tables[0].rows == (
        (Cell("margin"), Cell("0.005")),
        (Cell("answers"), Cell("a: supported, b: –")),
        (Cell("empty"), Cell("none")),
    )
    assert tables[1].columns == ("arm", "n", "mean epochs")
    assert tables[1].rows == ((Cell("a"), Cell("3"), Cell("–")), (Cell("b"), Cell("–"), Cell("11.5")))
    assert tables[3].rows == ((Cell("0.003"),),)


def test_any_value_is_a_short_text() -> None:
    assert plain_text([[32], [64, 64]]) == "32 | 64, 64"
    assert plain_text({}) == "none"
    assert plain_text(True) == "yes"
    assert plain_text(None) == "–"
