"""Which topics are taken for which: the square that people look at."""

from webcare.domain.topics.confusion import square


def told(*pairs, measured=20, recall=0.8):
    topics = {one for pair in pairs for one in pair[:2]}
    return {
        "confusions": [
            {"topic": topic, "taken_for": other, "count": count}
            for topic, other, count in pairs
        ],
        "topics": [
            {"topic": topic, "measured": measured, "recall": recall} for topic in topics
        ],
    }


def test_the_most_confused_stand_first_and_the_right_on_the_diagonal():
    found = square(told((1, 2, 2), (3, 2, 4)))

    assert found.topics == [2, 3, 1]
    [two, three, one] = found.rows
    assert [cell.messages for cell in three.cells] == [4, 16, 0]
    assert [cell.is_right for cell in three.cells] == [False, True, False]
    assert [cell.messages for cell in one.cells] == [2, 0, 16]
    assert two.measured == 20


def test_the_tint_grows_with_the_share_of_the_row():
    found = square(told((1, 2, 1), (1, 3, 2), (1, 4, 5), (1, 5, 1), measured=20))
    [row] = [row for row in found.rows if row.topic == 1]
    of = dict(zip(found.topics, row.cells, strict=True))

    assert [(of[n].share, of[n].tint) for n in (2, 3, 4)] == [
        (0.05, 2),
        (0.1, 3),
        (0.25, 4),
    ]
    narrow = square(told((1, 2, 1), measured=21)).rows[0].cells[1]
    assert narrow.tint == 1


def test_only_so_many_are_shown_and_it_is_known_how_many_there_are():
    pairs = [(n, n + 1, 100 - n) for n in range(1, 30)]

    found = square(told(*pairs), most=5)

    assert len(found.topics) == len(found.rows) == 5
    assert found.confused == 30


def test_of_a_model_without_figures_nothing_is_shown():
    assert square({}).rows == []
