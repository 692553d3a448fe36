import made_up
import pytest

import voltome as vt
from voltome.study import STEPS
from voltome.study.signatures import Product, parameter_texts, read_signature


def test_a_step_is_described_by_its_function_alone():
    signature = read_signature(made_up.scale)
    assert [port.name for port in signature.inputs] == ["trace"]
    assert signature.inputs[0].types == (made_up.Trace,)
    assert signature.products == (Product("", made_up.Trace, across=False),)
    assert signature.summary == "Scale a trace."
    schema = signature.parameters.model_json_schema()["properties"]
    assert schema["factor"]["exclusiveMinimum"] == 0
    assert schema["factor"]["default"] == 2.0
    assert schema["factor"]["description"] == "What the values are multiplied with, above 0."
    assert schema["mode"]["enum"] == ["up", "down"]


def test_a_noun_parameter_is_an_input_and_no_parameter():
    signature = read_signature(made_up.subtract)
    assert [port.name for port in signature.inputs] == ["trace", "standard"]
    assert list(signature.parameters.model_fields) == ["weight"]


def test_a_mapping_of_nouns_makes_a_step_across_scans():
    assert read_signature(made_up.normalise_together).across
    assert read_signature(made_up.normalise_together).products == (Product("", made_up.Trace, across=True),)
    assert read_signature(made_up.spread).across
    assert read_signature(made_up.spread).products == (Product("", vt.data.ResultTable, across=False),)
    assert not read_signature(made_up.scale).across


def test_a_filter_gives_the_noun_that_it_takes():
    signature = STEPS["crop"].signature
    assert set(signature.inputs[0].types) == {vt.data.Volume, vt.data.PhaseImage, vt.data.ParticleImage}
    assert signature.products == (Product("", None, across=False),)


def test_a_phase_parameter_is_known_as_one():
    assert STEPS["surface_area"].signature.phase_parameters == ("phase",)
    assert STEPS["merge_phases"].signature.phase_parameters == ("phases_to_merge",)  # a tuple of them
    # one of several options, and the keys of a mapping
    assert STEPS["triple_phase_boundary"].signature.phase_parameters == ("phases_of_interest", "connected")


def test_a_result_with_to_table_counts_as_a_table():
    assert read_signature(made_up.find_peak).products == (Product("", vt.data.ResultTable, across=False),)


def test_a_dataclass_of_nouns_gives_each_of_its_fields():
    assert read_signature(made_up.centre).products == (
        Product("traces", made_up.Trace, across=True),
        Product("shifts", vt.data.ResultTable, across=False),
    )
    assert read_signature(made_up.split).products == (
        Product("low", made_up.Trace, across=False),
        Product("high", made_up.Trace, across=False),
        Product("peak", vt.data.ResultTable, across=False),
    )


def test_a_parameter_that_names_a_scan_is_known_as_one():
    assert read_signature(made_up.centre).scan_parameters == ("to",)


def test_a_function_that_gives_no_noun_is_refused():
    def no_noun(trace: made_up.Trace) -> int:
        return 1

    with pytest.raises(TypeError, match="expected a noun"):
        read_signature(no_noun)


def test_a_parameter_without_a_type_is_refused():
    def untyped(trace: made_up.Trace, *, factor) -> made_up.Trace:  # type: ignore[no-untyped-def]
        return trace

    with pytest.raises(TypeError, match="has no type"):
        read_signature(untyped)


@pytest.mark.parametrize("name", list(STEPS))
def test_every_step_can_be_read_and_every_parameter_has_a_text(name: str):
    signature = STEPS[name].signature
    assert signature.inputs
    assert signature.summary
    undescribed = [field for field, info in signature.parameters.model_fields.items() if not info.description]
    assert undescribed == []


def test_texts_of_parameters_stop_at_the_next_section():
    texts = parameter_texts(
        "S.\n\nParameters\n----------\na : int\n    One\n    and more.\n\nReturns\n-------\nb : int\n    No.\n"
    )
    assert texts == {"a": "One and more."}
