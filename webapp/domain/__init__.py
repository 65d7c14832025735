"""The rules of the field as pure functions and data: standard library only, no clock, no database, no web.

Read from top to bottom; each module says in its first lines what it is for, and the examples in it are run as tests.

What is counted
    money         whole minor units of one currency; rounding in two places only
    units         ml, vials, shots: what a quantity is, and that none converts into another
    exchange      dated rates with a source, and the only order across two currencies

What is offered and compared
    offers        one offer's terms, what of them is like what is wanted, its price, its bill, its course
    basket        the point of the product: the exact cheapest like-for-like mix of a clinic's offers
    want_syntax   what is wanted as it stands in an address
    asks_for      what a clinic may need to know for a quote beyond that
    quotes        a clinic's answer to one person, by the same bill

What it comes to over time and across places
    facts         what the sources say of a treatment, each figure with its source
    course_plan   sessions, intervals and maintenance, years, and what comes back when she stops
    course_dates  the same as days
    trips         here or there, with journeys at the reader's own cost; the refund of tax by date

What may be shown, and in which words
    market        a rule book per country: prices, tax, products, enquiries, the operator's switches
    lint          a clinic's public text under the rules of its market

How listings come in
    listing_csv   the listing files as typed rows, or every error by its place
    listing_diff  what a clinic's own page says differently
    same_clinic   whether two descriptions are one clinic

Below all of these
    text          writing systems made comparable
    han_variants  characters of place names that are written in more than one way
    plain_text    typed text as it is stored
    telephone     numbers of telephones as they are typed, stored and shown
    hosts         whose a web address or a mail address is
    geo           points on the earth and how far apart they lie
"""
