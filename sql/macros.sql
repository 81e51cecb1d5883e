-- The macros of the models. Temporary ones are not part of the release.

-- The day in Bangkok, seven hours ahead of UTC all year, on which a moment falls: the site writes such days. Views use it,
-- so it is part of the release.
CREATE OR REPLACE MACRO bangkok_day(moment) AS
    (make_timestamp(epoch_us(moment)) + INTERVAL 7 HOUR)::DATE;

-- Agency names are compared without spaces and with every decomposed sara am composed.
CREATE OR REPLACE TEMP MACRO folded(words) AS
    regexp_replace(replace(words, 'ํา', 'ำ'), '[\s\x{A0}\x{200B}-\x{200D}\x{FEFF}]', '', 'g');

-- An agency's name without the parts that some pages write and others leave out: text in brackets after it, a full stop,
-- the city's name, สำนักงาน before a district's เขต.
CREATE OR REPLACE TEMP MACRO agency_key(name) AS
    regexp_replace(
        regexp_replace(folded(name), '^(.+?)(?:\([^()]*\)|\[[^\[\]]*\]|[.,:;]|กรุงเทพมหานคร|กทม\.?)*$', '\1'),
        '^(?:สำนักงานเขต|สนข\.?(?:เขต)?)',
        'เขต'
    );

-- The same without a section of the agency before it (ฝ่ายโยธา สำนักงานเขตพระนคร) or behind it.
CREATE OR REPLACE TEMP MACRO agency_of_section(name) AS
    agency_key(
        regexp_replace(
            regexp_replace(name, '^\s*(?:ฝ่าย|กลุ่ม|งาน|ส่วน).+?((?:สำนัก|เขต|สนข).+)$', '\1'),
            '\s(?:ฝ่าย|กลุ่ม|งาน|ส่วน)\S.*$',
            ''
        )
    );

-- Whether a printed name is an abbreviation of a name: เขตป้อมปราบฯ.
CREATE OR REPLACE TEMP MACRO abbreviates(printed, name) AS
    regexp_matches(agency_of_section(printed), '^(?:เขต|สำนัก)[ก-๎]{3,}ฯ$')
    AND starts_with(agency_key(name), rtrim(agency_of_section(printed), 'ฯ'));

-- A user name becomes the same pseudonym in every release of one data directory and cannot be looked up without its salt.
CREATE OR REPLACE TEMP MACRO pseudonym(user_name) AS
    CASE
        WHEN getvariable('publish_user_names') THEN user_name
        WHEN user_name IS NOT NULL AND user_name <> '' THEN 'user-' || left(sha256(getvariable('salt') || user_name), 12)
        ELSE user_name
    END;

-- The policy tags that stand in front of a name, `(P145) (P147) …`, in digits of either kind; of several in one bracket the
-- later ones may be written without their letter, with three digits: `(P145,66)` and `(P145/66)` may name a year.
CREATE OR REPLACE MACRO tags_before(name) AS
    regexp_extract(
        name,
        '^(?:[\s\x{A0}\x{200B}-\x{200D}\x{FEFF},;/+&–—-]*(?:และ\s*)?'
        || '[(\[（]\s*[Pp][\s\x{A0}.-]{0,2}[0-9๐-๙]{1,4}'
        || '(?:(?:[\s\x{A0},;/+&]+|\s*และ\s*)[Pp][\s\x{A0}.-]{0,2}[0-9๐-๙]{1,4}|\s*(?:[,;/]|และ)\s*[0-9๐-๙]{3})*\s*[)\]）])+'
        || '(?:[\s\x{A0}\x{200B}-\x{200D}\x{FEFF},;:/+&–—-]+)?'
    );

-- Null where another bracket with a tag follows that could not be read.
CREATE OR REPLACE TEMP MACRO policy_tags(name) AS
    CASE
        WHEN
            NOT regexp_matches(
                substr(name, length(tags_before(name)) + 1), '^\s*[(\[（]\s*[Pp][\s\x{A0}.-]{0,2}[0-9๐-๙]'
            )
            THEN list_transform(
                list_filter(
                    regexp_extract_all(translate(tags_before(name), '๐๑๒๓๔๕๖๗๘๙', '0123456789'), '[0-9]+'),
                    lambda tag, place: list_position(
                        regexp_extract_all(translate(tags_before(name), '๐๑๒๓๔๕๖๗๘๙', '0123456789'), '[0-9]+'), tag
                    ) = place
                ),
                lambda number: 'P' || number
            )
    END;

-- What is left of a name when all goes that is typed in more than one way: tags, white space, sara am, digits, quotes. A
-- space stays between two digits, where it makes other numbers of them. In the release, for the names of other data.
CREATE OR REPLACE MACRO name_key(name) AS
    nullif(
        trim(
            regexp_replace(
                regexp_replace(
                    translate(
                        regexp_replace(
                            regexp_replace(
                                substr(name, length(tags_before(name)) + 1), 'ํ([่-๋]?)า|([่-๋])ํา', '\1\2ำ', 'g'
                            ),
                            '[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]',
                            '',
                            'g'
                        ),
                        '๐๑๒๓๔๕๖๗๘๙',
                        '0123456789'
                    ),
                    '[\s\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"''`´“”„‟‘’‚‛«»‹›″′]+',
                    ' ',
                    'g'
                ),
                ' ?([^0-9 ]) ?',
                '\1',
                'g'
            )
        ),
        ''
    );

-- Contacts are masked by pipeline/build/contacts/, which is called only for a text that may hold one: most do not.
-- FF01 to FF5E are the full-width forms of ASCII, FE6B is a small @.
CREATE OR REPLACE TEMP MACRO masked_contact(words) AS
    CASE WHEN regexp_matches(words, '[\p{Nd}@A-Za-z\x{FE6B}\x{FF20}-\x{FF5A}]') THEN mask_contact(words) ELSE words END;

-- A word, an address, or what may be nine digits of a telephone number; not "online", ออนไลน์, ออฟไลน์, which many texts say. A
-- wider pattern costs RE2 a hundred times as much.
CREATE OR REPLACE TEMP MACRO masked_text(words) AS
    CASE
        WHEN
            strlen(words) > 5
            AND regexp_matches(
                words,
                '(?i)โทร|เบอร?|มือถือ|สาย[ใตภ]|หมายเลข ?(?:ติดต่อ|ภายใน)|ติดต่อ ?(?:ที่ ?)?(?:ภายใน|ต่อ|หมายเลข)|แฟ|เเฟ|tel|phone|\bmob|\bext|voip|fax|(?:^|[^a-z]|id)line|(?:^|[^นฟ]|(?:^|[^อ])อ?[นฟ])ไลน|lin\.ee|\.me/|@|%40|64;|commat|-at-|[<({\[] ?(?:at?|แอ[ทดต]) ?[>)}\]]|o[- ]?[0-9]|[0-9]o-?[0-9]|[\x{FE6B}\x{FF20}-\x{FF5A}\x{260E}\x{260F}\x{2706}\x{1F4DE}-\x{1F4E0}\x{1F4F1}]'
                '|(?:^|[^0-9.,])(?:\+66|[0๐０])[^ก-๎A-Za-z:]{8}'
                '|[.,][0๐０][0-9๐-๙]{1,2}-'
                '|(?:^|[^0-9])[6๖６]{2}[^ก-๎A-Za-z:]{0,2}[689๖๘๙６８９][^ก-๎A-NP-Za-np-z:]{7}'
            )
            THEN mask_text(words)
        ELSE words
    END;

-- Whether a column of a row of the parser holds what an agency typed: it is published only masked.
CREATE OR REPLACE TEMP MACRO is_typed(column_name) AS list_contains(getvariable('typed_texts'), column_name);

-- Which fields hold names and contacts, and which user names.
CREATE OR REPLACE TEMP MACRO masked(field, words) AS
    CASE
        WHEN list_contains(getvariable('contact_fields'), field) THEN masked_contact(words)
        WHEN field IN ('user_name', 'update_history.user_name') THEN pseudonym(words)
        ELSE masked_text(words)
    END;

-- An unknown label without the words that only look like words for a contact or a user.
CREATE OR REPLACE TEMP MACRO says_of_persons(label) AS
    regexp_replace(folded(label), 'ออนไลน์|(?i:on-?line)|โทรทัศน์|โทรมาตร|ค่าโทรศัพท์|ผู้ใช้(?:บริการ|น้ำ|ทาง|ถนน|ประโยชน์)', '', 'g');

CREATE OR REPLACE TEMP MACRO says_user(label) AS
    regexp_matches(
        says_of_persons(label),
        '(?i)ผู้ใช้|ผู้บันทึก|ผู้แก้ไข|ผู้รายงาน|โดย[:：.]*$|user|^(?:ชื่อ[-–/]?(?:และ)?(?:ผู้.*|เจ้าหน้าที่|บุคคล|(?:นาม)?สกุล)?|name)[:：.]*$'
    );

CREATE OR REPLACE TEMP MACRO says_contact(label) AS
    regexp_matches(says_of_persons(label), '(?i)โทร|เบอร์|มือถือ|ติดต่อ|ผู้ประสานงาน|e-?mail|อี-?เมล|ไลน์|phone')
    OR regexp_matches(label, '(?i)(?:^|[^a-z-])(?:line|tel|mobile)(?:[^a-z]|$)');

-- The same for a cell whose label may be unknown: then what the label says decides.
CREATE OR REPLACE TEMP MACRO masked_under(field, label, words) AS
    CASE
        WHEN field IS NOT NULL AND field NOT IN ('progress_history', 'update_history') THEN masked(field, words)
        WHEN says_user(label) THEN pseudonym(words)
        WHEN says_contact(label) THEN masked_contact(words)
        ELSE masked_text(words)
    END;

-- The same for an issue, whose field may be qualified (`update_history.user_name`), a table or a heading. A whole row of
-- the edit log may name its user in any of its cells.
CREATE OR REPLACE TEMP MACRO masked_issue(field, label, words) AS
    CASE
        WHEN field = 'update_history' AND words <> '' AND NOT getvariable('publish_user_names')
            THEN '(a row of the edit log, withheld because it names its user)'
        WHEN ends_with(field, 'user_name') OR folded(label) IN ('ชื่อผู้ใช้', 'ผู้ใช้') THEN pseudonym(words)
        ELSE masked_under(field, label, words)
    END;

-- A message without the texts that it quotes, except its label.
CREATE OR REPLACE TEMP MACRO unquoted(label, message) AS
    replace(
        regexp_replace(
            replace(message, '''' || coalesce(label, '') || '''', chr(1)),
            '''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*"',
            '(masked)',
            'g'
        ),
        chr(1),
        '''' || coalesce(label, '') || ''''
    );

-- The message of an issue, never a pseudonym as a whole. It may hold the issue's text as it is, or quoted, escaped and cut.
-- masked_words is the result of masked_issue: a macro within a macro would be planned again at each place that names it.
CREATE OR REPLACE TEMP MACRO masked_message(field, label, words, masked_words, message) AS
    masked_under(
        CASE
            WHEN list_contains(getvariable('contact_fields'), field) THEN field
            WHEN ends_with(field, 'user_name') OR says_user(label) THEN 'message'
            ELSE field
        END,
        label,
        CASE
            WHEN words <> '' AND masked_words <> words
                THEN
                    CASE
                        WHEN contains(message, words) THEN replace(message, words, masked_words)
                        ELSE unquoted(label, message)
                    END
            ELSE message
        END
    );

-- Since when something holds: the first of these moments at which it held and after which it never failed to. An aggregate
-- over few rows, because DuckDB keeps the lists of an aggregate in memory.
CREATE OR REPLACE TEMP MACRO held_since(moment, holds) AS
    list_min(
        list_filter(
            list(moment) FILTER (holds), lambda held_at: coalesce(held_at > max(moment) FILTER (NOT holds), true)
        )
    );

-- The text of a cell that is compared: a tag or white space is one space, at the ends none, and "not set" is the same as
-- an empty cell. parsers/sections.py has the same rule, for the fingerprints of sections.
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

-- The rank of a capture as the source of a section that no counted capture shows whole: best one that counts and shows a
-- part of it; then one that does not count, whole before a part; then one that counts and does not show it.
CREATE OR REPLACE TEMP MACRO standing(state, is_counted) AS
    CASE
        WHEN state = 'absent' THEN is_counted::INTEGER - 1
        WHEN is_counted THEN 3
        WHEN state IN ('present', 'empty') THEN 2
        ELSE 1
    END;
