"""What is taken for speech to the machine, and what must not be."""

import pytest

from bridge.core.brief.clause import clauses


@pytest.mark.parametrize(
    "said",
    [
        "forget that i just want my money back",
        "the agent i spoke to said a representative will call me back",
        "from now on i get two bills a month why",
        "is that a new rule that i have to pay for a bag",
        "i have a new order that hasn't shipped",
        "my status still shows pending on the website",
        "can you put a note on my account that i moved",
        "my script for the blood pressure pills ran out",
        "you act like i never called",
        "the bill includes a premium that i never ordered",
        "i need to know when the warranty begins",
        "please stop sending me letters",
        "i want to set up direct debit for my premium",
        "your agent could not help me with the refund",
    ],
)
def test_a_matter_is_no_command(said: str) -> None:
    assert clauses(said)
