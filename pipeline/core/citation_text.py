"""The words of a citation, in Thai and English: `cite` fills them in, and so does the explorer page by itself."""

TEMPLATES = {
    "th": (
        "กรุงเทพมหานคร, {agency}. “{title}” (รหัสโครงการ {project_id}). {url} "
        "เก็บสำเนาเมื่อ {captured} เวลากรุงเทพฯ ({basis}) พบหน้านี้ครั้งล่าสุด {seen} เวลากรุงเทพฯ. "
        "{archive}หลักฐาน: {place}. bma-projects ชุดข้อมูล {release}."
    ),
    "en": (
        "Bangkok Metropolitan Administration, {agency}. “{title}” (project {project_id}). {url} "
        "Captured {captured} Bangkok time ({basis}); page last seen {seen} Bangkok time. "
        "{archive}Archived in {place}. bma-projects, release {release}."
    ),
}
UNNAMED = {"th": "ไม่ระบุหน่วยงาน", "en": "agency not named"}
PLACE = "data/raw/{file}, offset {offset}"
# Of a page that was harvested; nothing for any other.
ARCHIVE = {"th": "คลังเว็บ: {archive_url} ", "en": "Web archive: {archive_url} "}
# What vouches for the time of a capture.
BASES = {
    "th": {
        "protocol": "เวลาที่ดึงหน้านี้",
        "stated": "เวลาตามที่ไฟล์ที่บันทึกไว้ระบุ",
        "given": "เวลาตามที่ผู้นำเข้าไฟล์ระบุ",
        "file": "เวลาตามวันที่ของไฟล์เท่านั้น",
    },
    "en": {
        "protocol": "the time of the request",
        "stated": "the time that the saved file states",
        "given": "the time that the importing person gave",
        "file": "by the date of the file only",
    },
}
