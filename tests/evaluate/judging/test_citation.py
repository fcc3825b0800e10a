"""Citations: which marks count, what each vouches for, and how much of a claim a passage holds."""

import pytest

from assay.evaluate.judging.citation import citations, containment, passages_by_mark


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("It opens at nine [1].", [("1", "It opens at nine .")]),
        ("It opens at nine. [1]", [("1", "It opens at nine.")]),
        ("Nine [1, 2]. Ten [3].", [("1", "Nine ."), ("2", "Nine ."), ("3", "Ten .")]),
        ("See [the site](https://example.org) and [sic].", []),
        ("As in [faq], yes.", [("faq", "As in , yes.")]),
        ("As in [doc-12].", [("doc-12", "As in .")]),
        ("[1]", [("1", "")]),
        ("- Nine [1]\n- Ten [2]", [("1", "- Nine"), ("2", "- Ten")]),
    ],
)
def test_a_mark_vouches_for_its_sentence_or_the_one_before(reply, found):
    assert [tuple(one) for one in citations(reply, ["1", "faq"])] == found


@pytest.mark.parametrize(
    ("claim", "passage", "share"),
    [
        ("The office opens at nine.", "Our offices open daily; the office opens at nine.", 1.0),
        ("The office opens at nine.", "The office is closed.", 1 / 3),
        ("It costs 1,200 euros", "The fee: 1200 euros, which it costs.", 1.0),
        ("It costs 1,300 euros", "The fee: 1200 euros, which it costs.", 0.0),
        ("", "anything", 0.0),
        ("It is.", "anything", 0.0),
        ("Die Öffnungszeiten", "DIE ÖFFNUNGSZEITEN", 1.0),
    ],
)
def test_containment_is_the_share_of_words_and_a_missing_number_makes_it_nothing(claim, passage, share):
    assert containment(claim, passage) == pytest.approx(share)


def test_a_text_is_cut_at_its_marks():
    assert passages_by_mark("[1] Nine to five.\n[b2] Closed.\n[3] ") == {"1": "Nine to five.", "b2": "Closed."}
