what-is-left = What is left to do
store-away = The store is away, so nothing can be changed for the moment. What you see is the plan as it was last known; it goes on by itself.
unseated = unseated
seated = seated
declined = declined
overfull = overfull
without-a-spot = without a spot
