"""The labels that traits of faces are learnt from and held against, and how they are learnt.

`labels.csv` has a line for each face that was looked at, without its pixels: 1,500 faces of LFW, at
most two a person, of which some were looked for on purpose (sunglasses, glasses, beards, closed
eyes, open mouths, hands and masks: by the mesh, by colours, and by how sure the networks were), 300
of a Korean gallery, 390 more of LFW and of famous people that a first classifier had found, for
sunglasses and closed eyes alone, and the eyes of 165 more whose lids are close, open or closed (by
the iris network up to 0.165 of the eye's width, and of two up to 0.18).

Sheets of 30 faces were looked at twice, by two who did not see each other's labels: `pass_a` and
`pass_b` hold, column by column, what each saw. Where both agree, that is the label. 201 faces of
which they did not agree were looked at once more, larger; what stayed in doubt, in one pass or
both, is `?` and counts for nothing. The 390 were looked at once: their passes are empty. Of the
eyes of 488 more, cut out and enlarged, two passes by one who looks, in other orders, were sure of
163 and disagreed on none of these; two of 33 in doubt were decided at twice the size.

`half` says by which people classifiers are fitted (`learn`) and against which they are held
(`test`, `korean`): nobody is in two.
"""
