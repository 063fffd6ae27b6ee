"""The labels that traits of faces are learnt from and held against, and how they are learnt.

`labels.csv` has a line for each face that was looked at, without its pixels: 1,500 faces of LFW, at
most two a person, of which some were looked for on purpose (sunglasses, glasses, beards, closed
eyes, open mouths, hands and masks: by the mesh, by colours, and by how sure the networks were), 300
of a Korean gallery, and 390 more of LFW and of famous people that a first classifier had found, for
sunglasses and closed eyes alone.

Sheets of 30 faces were looked at twice, by two who did not see each other's labels: `pass_a` and
`pass_b` hold, column by column, what each saw. Where both agree, that is the label. 201 faces of
which they did not agree were looked at once more, larger; what stayed in doubt, in one pass or
both, is `?` and counts for nothing. The 390 were looked at once: their passes are empty.

`half` says by which people classifiers are fitted (`learn`) and against which they are held
(`test`, `korean`): nobody is in two.
"""
