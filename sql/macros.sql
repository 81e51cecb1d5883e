-- The macros of the models. Temporary ones stay out of the release.

-- The day in Bangkok, seven hours ahead of UTC all year, on which a moment falls: what the site writes are such days. Views
-- use it, so it goes with them into the release.
CREATE OR REPLACE MACRO bangkok_day(moment) AS
    (make_timestamp(epoch_us(moment)) + INTERVAL 7 HOUR)::DATE;

-- Agency names are compared without spaces and with every decomposed sara am composed.
CREATE OR REPLACE TEMP MACRO folded(words) AS
    regexp_replace(replace(words, 'ํา', 'ำ'), '[\s\x{A0}\x{200B}-\x{200D}\x{FEFF}]', '', 'g');

-- What may stand between two digits of a telephone number: white space, seen or not, dots, brackets, dashes of all kinds.
-- No comma, which groups the digits of amounts, no slash, which stands in dates, and no colon, which stands in times.
CREATE OR REPLACE TEMP MACRO gap() AS
    '[\s.()_*~\x{85}\x{A0}\x{AD}\x{B7}\x{2000}-\x{200D}\x{2010}-\x{2015}\x{2022}\x{2028}\x{2029}\x{202F}\x{205F}\x{2060}\x{2212}\x{3000}\x{FE58}\x{FE63}\x{FEFF}\x{FF0D}-]{0,5}';

-- A telephone number keeps its first three digits, an extension none: `06 5xx xxxx`, `#xxxx`. Dates (31/01/2566) and
-- ordinals (1/2566) stay because a slash only counts where no digit stands before it. A private-use character stands
-- before each masked number for a moment, so that its first digits are not taken for an extension.
CREATE OR REPLACE TEMP MACRO mask_telephone(words) AS
    replace(
        regexp_replace(
            regexp_replace(
                words,
                '(\p{Nd}' || gap() || '\p{Nd}' || gap() || '\p{Nd})(?:' || gap() || '\p{Nd}){4,}',
                chr(57344) || '\1xx xxxx',
                'g'
            ),
            '((?:#|ต่อ|(?:โทร(?:ศัพท์|สาร)?|เบอร์)[ .]{0,2}(?:ภายใน)?|มือถือ|[Tt][Ee][Ll]|[Ee][Xx][Tt]|(?:^|[^\p{Nd}/])/|xxxx ?/)[ .:#\x{A0}]{0,3})\p{Nd}[\p{Nd} ,-]{1,}\p{Nd}',
            '\1xxxx',
            'g'
        ),
        chr(57344),
        ''
    );

-- A user name becomes the same pseudonym in every release of one data directory and cannot be looked up without its salt.
CREATE OR REPLACE TEMP MACRO pseudonym(user_name) AS
    CASE
        WHEN getvariable('publish_user_names') THEN user_name
        WHEN user_name IS NOT NULL AND user_name <> '' THEN 'user-' || left(sha256(getvariable('salt') || user_name), 12)
        ELSE user_name
    END;

-- Under a label nobody knows only what must be a Thai telephone number is masked (0 or +66, nine or ten digits): the row
-- may as well hold coordinates or codes.
CREATE OR REPLACE TEMP MACRO mask_thai_telephone(words) AS
    regexp_replace(
        words,
        '((?:^|[^\p{Nd}.,])(?:\+66|[0๐])' || gap() || '\p{Nd}' || gap() || '\p{Nd})(?:' || gap() || '\p{Nd}){6,7}',
        '\1xx xxxx',
        'g'
    );

-- Which fields hold names and telephone numbers.
CREATE OR REPLACE TEMP MACRO masked(field, words) AS
    CASE
        WHEN field IS NULL THEN mask_thai_telephone(words)
        WHEN field IN ('responsible', 'evaluator') THEN mask_telephone(words)
        WHEN field = 'user_name' THEN pseudonym(words)
        ELSE words
    END;

-- The same for an issue, whose field may be qualified (`update_history.user_name`), a table or a heading. A whole row of
-- the edit log may name its user in any of its cells.
CREATE OR REPLACE TEMP MACRO masked_issue(field, label, words) AS
    CASE
        WHEN field = 'update_history' AND words <> '' AND NOT getvariable('publish_user_names')
            THEN '(a row of the edit log, withheld because it names its user)'
        WHEN ends_with(field, 'user_name') OR folded(label) IN ('ชื่อผู้ใช้', 'ผู้ใช้') THEN pseudonym(words)
        ELSE masked(field, words)
    END;

-- What a cell says: a tag or white space is one space, at the ends none, and "not set" says as much as an empty cell. As
-- parsers/sections.py has it, where the fingerprints of sections are made of it.
CREATE OR REPLACE TEMP MACRO said(raw) AS
    trim(
        regexp_replace(
            regexp_replace(coalesce(raw, ''), '</?[A-Za-z][^<>\x00]*>', ' ', 'g'),
            '[\t\n\v\f\r \x1c-\x1f\x85\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]+',
            ' ',
            'g'
        ),
        ' '
    );

-- How well a capture stands for a section of its project that none shows whole: the one that shows some of it, of those
-- that count; else of the others, one that shows it whole first; else one that counts.
CREATE OR REPLACE TEMP MACRO standing(state, is_counted) AS
    CASE
        WHEN state = 'absent' THEN is_counted::INTEGER - 1
        WHEN is_counted THEN 3
        WHEN state IN ('present', 'empty') THEN 2
        ELSE 1
    END;
