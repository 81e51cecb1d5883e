"""A text as typed → the same text with its contacts masked.

Does: finds telephone numbers, extensions, e-mail addresses and ids of messengers.
Never: decides which text is masked (sql/ and the callers do), reads or writes a file.

- mask: masks the contacts in a text, pass by pass
- addresses: those of e-mail, messengers and networks
- contact_words: the words that say that a contact follows
- no_contacts: numbers that are not contacts: years, dates, money, codes
- number_chains: runs of digits, and the numbers they form
- telephone_numbers: contacts among numbers without a telephone word
"""
