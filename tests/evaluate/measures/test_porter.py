"""Porter's stemmer: the examples of the paper, step by step."""

import pytest

from assay.evaluate.measures.porter import stem

# Examples of the steps; where a later step takes more away, the stem is what is left after all of them.
TEXT = """
caresses caress   ponies poni   ties ti   caress caress   cats cat   feed feed   agreed agre   plastered plaster
bled bled   motoring motor   sing sing   conflated conflat   troubled troubl   sized size   hopping hop   tanned tan
falling fall   hissing hiss   fizzed fizz   failing fail   filing file   happy happi   sky sky
relational relat   conditional condit   rational ration   valenci valenc   hesitanci hesit   digitizer digit
conformabli conform   radicalli radic   differentli differ   vileli vile   analogousli analog   vietnamization vietnam
predication predic   operator oper   feudalism feudal   decisiveness decis   hopefulness hope   callousness callous
formaliti formal   sensitiviti sensit   sensibiliti sensibl   triplicate triplic   formative form   formalize formal
electriciti electr   electrical electr   hopeful hope   goodness good   revival reviv   allowance allow
inference infer   airliner airlin   gyroscopic gyroscop   adjustable adjust   defensible defens   irritant irrit
replacement replac   adjustment adjust   dependent depend   adoption adopt   homologou homolog   communism commun
activate activ   angulariti angular   homologous homolog   effective effect   bowdlerize bowdler   probate probat
rate rate   cease ceas   controll control   roll roll   generalizations gener   oscillators oscil
"""
EXAMPLES = TEXT.split()


@pytest.mark.parametrize(("word", "wanted"), list(zip(EXAMPLES[::2], EXAMPLES[1::2], strict=True)))
def test_examples_of_the_paper(word, wanted):
    assert stem(word) == wanted


@pytest.mark.parametrize("word", ["", "a", "is", "s", "é", "...", "日本語"])
def test_what_is_no_english_word_is_left_alone(word):
    assert stem(word) == word
