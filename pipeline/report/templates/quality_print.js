// The line above a printed page: what is chosen, the release and its date, and how much of what was found is printed.
const printedLine = ({ agencies, labels, rules }, value, n, nFound) => {
  const rule = rules.find(({ code }) => code === value("code"));
  const agency = agencies.get(value("agency"))?.name;
  const since = dayOf(value("since"));
  const year = value("year");
  const choices = [
    value("agency") && [shown(`${agency ?? ""} ${value("agency")}`.trim())],
    value("severity") && inTwo(TAGS[value("severity")] ?? shown(value("severity")), shown(value("severity"))),
    value("code") && [...inTwo(rule?.th ?? "", rule?.en ?? ""), " ", make("code", "", shown(value("code")))],
    value("field") && [`${labels.get(value("field")) ?? ""} `, make("code", "", shown(value("field")))],
    year && [...inTwo("ปีงบประมาณ", "fiscal year"), " ", shown(year)],
    value("since") && [...inTwo("พบครั้งแรกตั้งแต่", "first seen since"), " ", ...(Number.isNaN(since) ? [shown(value("since"))] : day(since))],
    value("q") && ["“", shown(value("q")), "”"],
  ].filter(Boolean);
  const said = choices.length ? choices : [inTwo("ทุกประเด็น", "all issues")];
  const footer = document.querySelector("footer");
  const time = footer.querySelector("time");
  return [
    ...said.flatMap((words, i) => (i ? [" · ", ...words] : words)),
    " · ", ...inTwo("ชุดข้อมูล", "release"), " ", footer.querySelector("code").cloneNode(true),
    ...(time ? [" · ", time.cloneNode(true)] : []),
    ...(n < nFound ? [" · ", ...inTwo(`พิมพ์ ${count(n)} จาก ${count(nFound)} รายการ`,
      `${count(n)} of ${count(nFound)} issues are printed`)] : []),
  ];
};
