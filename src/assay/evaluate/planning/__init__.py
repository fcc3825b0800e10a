"""Before money is spent: what a suite of this size can see, how many cases its margins take, what that costs."""
