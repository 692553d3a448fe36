import numpy as np
import pytest
from textures import brushed, textured

import voltome as vt
from voltome.errors import ValuesError
from voltome.report import figure_confusion, figure_importances
from voltome.report.drawing_kinds import FIGURES_OF_KINDS
from voltome.report.drawn import Looked


@pytest.fixture(scope="module")
def trained():
    volume, rough = textured((1, 64, 64))
    return vt.segmentation.train_classifier(volume, brush=brushed(rough), scales_um=(1, 2), trees=20)


def test_a_confusion_has_a_panel_for_each_way_and_writes_every_share(trained):
    figure = figure_confusion(trained.confusion)
    assert [axis.get_title() for axis in figure.axes] == ["out of bag", "strokes left out"]
    shares = trained.confusion.frame.query("judged_by == 'out of bag'").share.to_numpy().reshape(2, 2)
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), shares)
    assert len(figure.axes[0].texts) == np.count_nonzero(shares)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["rough", "smooth"]


def test_the_most_important_feature_is_at_the_top(trained):
    axis = figure_importances(trained.importances).axes[0]
    assert len(axis.patches) == 15
    widths = [bar.get_width() for bar in axis.patches]
    assert widths == sorted(widths, reverse=True)
    assert axis.yaxis_inverted()


def test_tables_of_another_kind_are_refused(trained):
    with pytest.raises(ValuesError, match="a table of importances with 17 rows; expected the confusion"):
        figure_confusion(trained.importances)
    with pytest.raises(ValuesError, match="expected the importances"):
        figure_importances(trained.confusion)


def test_the_report_draws_each_table_once(trained):
    drawn = {
        table.kind: list(FIGURES_OF_KINDS[table.kind]("of", table, Looked()))
        for table in (trained.accuracy, trained.confusion, trained.importances)
    }
    assert [len(figures) for figures in drawn.values()] == [0, 1, 1]
    assert "strokes left out say more than out of bag" in drawn["confusion"][0].caption
    assert "2 more features are in the table" in drawn["importances"][0].caption
