"""What is masked in texts, and what stays. Every name, number and address here is invented."""

import re
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.build.contacts.mask import mask_contact, mask_text

CONTACTS = [
    ("นายสมชาย 06 5123 4567", "นายสมชาย 06 5xx xxxx"),
    ("081 431 8031", "081xx xxxx"),
    ("โทร.0-2245-5149", "โทร.0-22xx xxxx"),
    ("โทร 02-245-5149 ต่อ 6775", "โทร 02-2xx xxxx ต่อ xxxx"),
    ("โทร 0 2245 5149/5477", "โทร 0 22xx xxxx/xxxx"),
    ("+66 81 431 8031", "+66 8xx xxxx"),
    ("๐๘๑ ๔๓๑ ๘๐๓๑", "๐๘๑xx xxxx"),
    ("０８１-４３１-８０３１", "０８１xx xxxx"),
    ("(02) 245-5149", "(02) 2xx xxxx"),
    ("080/123/4567", "080xx xxxx"),
    ("080|123|4567", "080xx xxxx"),
    ("080,123,4567", "080xx xxxx"),
    ("081\n431\t8031", "081xx xxxx"),
    ("081  -  431  -  8031", "081xx xxxx"),
    ("081\u2212431\u22128031", "081xx xxxx"),
    ("081\u00b7431_8031", "081xx xxxx"),
    ("081\u200b431\u3000\ufeff8031", "081xx xxxx"),
    ("245-5149", "xxxx"),
    ("0814318031, 0814318032", "081xx xxxx, 081xx xxxx"),
    ("02-245-5149 หรือ 081-431-8031", "02-2xx xxxx หรือ 081xx xxxx"),
    ("02-245-5149 ต่อ 7135-7136, 7138", "02-2xx xxxx ต่อ xxxx, xxxx"),
    ("02-245-5149 ต่อ 12", "02-2xx xxxx ต่อ xxxx"),
    ("02-245-5149 กด 1", "02-2xx xxxx กด xxxx"),
    ("0 2245 5149 ext. 6775", "0 22xx xxxx ext. xxxx"),
    ("ฝ่ายปกครอง #6775", "ฝ่ายปกครอง #xxxx"),
    ("ฝ่ายปกครอง /5477", "ฝ่ายปกครอง /xxxx"),
    ("ฝ่ายปกครอง โทร.7436", "ฝ่ายปกครอง โทร.xxxx"),
    ("ฝ่ายปกครอง โทรฯ 7436", "ฝ่ายปกครอง โทรฯ xxxx"),
    ("ฝ่ายปกครอง โทร.ฯ 7436", "ฝ่ายปกครอง โทร.ฯ xxxx"),
    ("ฝ่ายปกครอง โทร ๗๔๓๖", "ฝ่ายปกครอง โทร xxxx"),
    ("โทร(ภายใน)7436", "โทร(ภายใน)xxxx"),
    ("โทร.7436 หรือ 7437", "โทร.xxxx หรือ xxxx"),
    ("โทร.7436หรือ7437", "โทร.xxxxหรือxxxx"),
    ("โทร. 7436 และ 7437", "โทร. xxxx และ xxxx"),
    ("โทร. 7436; 7437", "โทร. xxxx; xxxx"),
    ("โทรศัพท์ 7436, 7437", "โทรศัพท์ xxxx, xxxx"),
    ("โทร 745,746", "โทร xxxx,xxxx"),
    ("โทร.7436-37", "โทร.xxxx"),
    ("โทร. 2566", "โทร. xxxx"),
    ("1. นายสมมติ โทร. 7135 2. นางสมมุติ โทร. 7136", "1. นายสมมติ โทร. xxxx 2. นางสมมุติ โทร. xxxx"),
    ("ภายใน 7436", "ภายใน xxxx"),
    ("สายใน 7436", "สายใน xxxx"),
    ("หมายเลข 7436", "หมายเลข xxxx"),
    ("ติดต่อ 7436", "ติดต่อ xxxx"),
    ("โทรศัพท์ภายใน 7436", "โทรศัพท์ภายใน xxxx"),
    ("โทรศัพท์ภายในหมายเลข 7436", "โทรศัพท์ภายในหมายเลข xxxx"),
    ("โทร. ภายใน ๗๔๓๖", "โทร. ภายใน xxxx"),
    ("เบอร์ภายใน 7436", "เบอร์ภายใน xxxx"),
    ("เบอร์ 7436", "เบอร์ xxxx"),
    ("มือถือ 7436", "มือถือ xxxx"),
    ("โทรสาร 7436", "โทรสาร xxxx"),
    ("แฟกซ์ 7436", "แฟกซ์ xxxx"),
    ("Tel. 7436", "Tel. xxxx"),
    ("Ext. 7436", "Ext. xxxx"),
    ("T. 7436", "T. xxxx"),
    ("66812345678", "xxxx"),
    ("นายสมมติ 5432/2566", "นายสมมติ xxxx"),
    ("ที่ 5432/2566", "ที่ xxxx"),
    ("☎ 7436", "☎ xxxx"),
    ("นายสมมติ 7135", "นายสมมติ xxxx"),
    ("นายสมมติ (7135)", "นายสมมติ (xxxx)"),
    ("นายสมมติ (7135) นางสมมุติ (7136)", "นายสมมติ (xxxx) นางสมมุติ (xxxx)"),
    ("นายสมมติ 7135\nนางสมมุติ 7136", "นายสมมติ xxxx\nนางสมมุติ xxxx"),
    ("นายสมมติ 7135 - 7136", "นายสมมติ xxxx"),
    ("นายสมมติ 5723-5724", "นายสมมติ xxxx"),
    ("นายสมมติ 6227-8", "นายสมมติ xxxx"),
    ("นายสมมติ 7135/7136", "นายสมมติ xxxx"),
    ("นายสมมติ 7135, 7136 และ 2566", "นายสมมติ xxxx, xxxx และ xxxx"),
    ("นายสมมติ 2566", "นายสมมติ xxxx"),
    ("นายสมมติ (2566)", "นายสมมติ (xxxx)"),
    ("นายสมมติ (๒๕๖๖) ", "นายสมมติ (xxxx) "),
    ("ปี 2566 นายสมมติ 7135", "ปี 2566 นายสมมติ xxxx"),
    ("50490000-3607 โทร. 7135", "50490000-3607 โทร. xxxx"),
    ("somchai.j@example.com", "xxxx@xxxx"),
    ("อีเมล somchai_j @ example.co.th โทร 7135", "อีเมล xxxx@xxxx โทร xxxx"),
    ("somchai(at)example.com", "xxxx@xxxx"),
    ("somchai@example", "xxxx@xxxx"),
    ("LINE ID: somchai_99", "LINE ID: xxxx"),
    ("ID Line : somchai.99", "ID Line : xxxx"),
    ("Line: somchai", "Line: xxxx"),
    ("ไลน์ somchai99", "ไลน์ xxxx"),
    ("ไลน์ไอดี 0814318031", "ไลน์ไอดี xxxx"),
    ("Line @somchai", "Line @xxxx"),
    ("@somchai", "@xxxx"),
    ("https://line.me/ti/p/aBcD", "https://line.me/xxxx"),
    ("ฝ่ายการเงิน 0819997002", "ฝ่ายการเงิน 081xx xxxx"),
    ("ฝ่ายการเงิน 5477", "ฝ่ายการเงิน xxxx"),
    ("ฝ่ายการเงิน 5477,5478", "ฝ่ายการเงิน xxxx,xxxx"),
    ("ฝ่ายการเงิน 245.5477", "ฝ่ายการเงิน xxxx"),
    ("กลุ่มงานแผนงานและงบประมาณ 5477", "กลุ่มงานแผนงานและงบประมาณ xxxx"),
    ("กลุ่มงานแผนงานและงบประมาณ 2477", "กลุ่มงานแผนงานและงบประมาณ xxxx"),
    ("นายสมมุติ 0819997012 ตำแหน่งนักวิชาการ", "นายสมมุติ 081xx xxxx ตำแหน่งนักวิชาการ"),
    ("นางสาวเงิน 0812345678", "นางสาวเงิน 081xx xxxx"),
    ("ฝ่ายสมมุติ 5477 โครงการ", "ฝ่ายสมมุติ xxxx โครงการ"),
    ("ฝ่ายสมมุติ 54770 ชุมชน", "ฝ่ายสมมุติ xxxx ชุมชน"),
    ("ฝ่ายสมมุติ 2455149 ชุด", "ฝ่ายสมมุติ xxxx ชุด"),
    ("ฝ่ายสมมุติ 5477/5478 กิจกรรม", "ฝ่ายสมมุติ xxxx กิจกรรม"),
    ("งานถนน 5477", "งานถนน xxxx"),
    ("ฝ่ายอาคาร 245-5149", "ฝ่ายอาคาร xxxx"),
    ("นายสมมุติ 7135 คนงาน", "นายสมมุติ xxxx คนงาน"),
    ("นายสมมุติ 7135 เครื่องกล", "นายสมมุติ xxxx เครื่องกล"),
    ("นายสมมุติ 0819997012 คนงาน", "นายสมมุติ 081xx xxxx คนงาน"),
    ("somchai＠example.com", "xxxx@xxxx"),
    ("somchai\ufe6bexample.com", "xxxx@xxxx"),
    ("ｓｏｍｃｈａｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "xxxx@xxxx"),
    ("Ｔｅｌ． ７１３５", "Ｔｅｌ． xxxx"),
    ("สมชาย@example.com", "xxxx@xxxx"),
    ("อีเมล์ : สมชาย.ใจดี@example.co.th", "อีเมล์ : xxxx@xxxx"),
    ("สมชาย.jaidee@example.com", "xxxx@xxxx"),
    ("สมชาย@ตัวอย่าง.ไทย", "xxxx@xxxx"),
    ("ติดต่อsomchai@example.com", "ติดต่อxxxx@xxxx"),
    ("somchai@3example.com", "xxxx@xxxx"),
    ("somchai<at>example.com", "xxxx@xxxx"),
    ("somchai(at)example.com", "xxxx@xxxx"),
    ("somchai [at] example.com", "xxxx@xxxx"),
    ("somchai {at} example.com", "xxxx@xxxx"),
    ("somchai ( AT ) example (dot) com", "xxxx@xxxx"),
    ("somchai[at]example[dot]com", "xxxx@xxxx"),
    ("somchai at example.com", "xxxx@xxxx"),
    ("somchai at example dot com", "xxxx@xxxx"),
    ("https://lin.ee/AbCdEf", "https://lin.ee/xxxx"),
    ("line.me/ti/p/~somchai", "line.me/xxxx"),
    ("t.me/somchai", "t.me/xxxx"),
    ("https://wa.me/66814318031", "https://wa.me/xxxx"),
    ("IDLine somchai99", "IDLine xxxx"),
    ("ไอดีไลน์ : somchai99", "ไอดีไลน์ : xxxx"),
    ("Line ID ก้อง99", "Line ID xxxx"),
    ("Facebook: somchai.jaidee", "Facebook: xxxx"),
    ("FB somchai", "FB xxxx"),
    ("fb : somchai", "fb : xxxx"),
    ("เฟซบุ๊ก somchai", "เฟซบุ๊ก xxxx"),
    ("เฟสบุ๊ค: somchai", "เฟสบุ๊ค: xxxx"),
    ("www.facebook.com/somchai", "www.facebook.com/xxxx"),
    ("fb.com/somchai", "fb.com/xxxx"),
    ("IG: somchai.j", "IG: xxxx"),
    ("instagram.com/somchai", "instagram.com/xxxx"),
    ("WeChat ID: somchai99", "WeChat ID: xxxx"),
    ("นายสมมติ 54,770", "นายสมมติ xxxx"),
    ("ฝ่ายการเงิน 5,477", "ฝ่ายการเงิน xxxx"),
    ("โทร. 54,770", "โทร. xxxx,xxxx"),
    ("นายสมมติ 2401, นางสมมุติ 2550", "นายสมมติ xxxx, นางสมมุติ xxxx"),
    ("นายสมมติ 2401 และนางสมมุติ 2550", "นายสมมติ xxxx และนางสมมุติ xxxx"),
    ("นายสมมติ (2401) / นางสมมุติ (2550)", "นายสมมติ (xxxx) / นางสมมุติ (xxxx)"),
    ("นายสมมติ 2401 นางสมมุติ", "นายสมมติ xxxx นางสมมุติ"),
    ("0814318031\n0814318032", "081xx xxxx\n081xx xxxx"),
    ("1. 081-431-8031", "1. 081xx xxxx"),
    ("081-431-8031\n10. นางสมมุติ", "081xx xxxx\n10. นางสมมุติ"),
    ("โทร. 7135\n120 ชุมชน", "โทร. xxxx\n120 ชุมชน"),
    ("นายสมมติ 7135\n1.1 งานสมมุติ", "นายสมมติ xxxx\n1.1 งานสมมุติ"),
    ("เลขประจำตัวประชาชน 1234567890123", "เลขประจำตัวประชาชน xxxx"),
    ("ไลน์ (somchai99)", "ไลน์ (xxxx)"),
    ("Line/somchai99", "Line/xxxx"),
]
NO_CONTACTS = [
    "",
    "ฝ่ายปกครอง",
    "นายสมมติ สมมุติ",
    "1. นายสมมติ 2. นางสมมุติ",
    "กลุ่มงาน 3",
    "กลุ่มงานที่ 1, 2 และ 3",
    "31/01/2566",
    "31-1-66",
    "1/31/2023",
    "2022-10-01 00:00:00.000",
    "31 ม.ค. 2566",
    "วันที่ ๓๑ มกราคม พ.ศ. ๒๕๖๖",
    "1 - 31 ม.ค. 66",
    "01/10/2565-30/09/2566",
    "01-10-2565/30-09-2566",
    "01/10/65-30/09/66",
    "2022-10-01/2023-09-30",
    "หนังสือที่ กท 0401.3/1234",
    "ออนไลน์ : Zoom Meeting",
    "แบบออฟไลน์ id somchai99",
    "ประชุม on-line : Zoom Meeting",
    "ต.ค. 2565",
    "ครั้งที่ 1/2566",
    "1/2566",
    "ปีงบประมาณ 2566",
    "ปีงบประมาณ พ.ศ. 2566",
    "ประจำปี พ.ศ. 2566 - 2570",
    "ปี 2566, 2567 และ 2568",
    "(พ.ศ. ๒๕๕๖ - ๒๕๗๕)",
    "งบประมาณ 2566",
    "งบ 127800",
    "งบประมาณ 127,800 บาท",
    "127,800",
    "1,215,865.49",
    "127800 บาท",
    "33750.-",
    "50490000-3607",
    "โครงการ 50490000 - 3607",
    "(2566) นายสมมติ",
    "กลุ่มงาน (2566) ฝ่ายปกครอง",
    "มาตรา 24 และ 25",
    "ภายใน 30 วัน",
    "ภายใน 120 วัน",
    "ภายในปี 2566",
    "ภายในวันที่ 30/09/2566",
    "10:00-12:00",
    "08.30 - 16.30 น.",
    "อาคาร 2 ชั้น 3",
    "เลขที่ 1234/5",
    "กรุงเทพฯ 10140",
    "รหัสไปรษณีย์ 10140",
    "วงเงิน 127,800.50",
    "จำนวน 120 ชุด",
    "Policy ID 30",
    "(P145)",
    "กองควบคุม PM2.5",
    "ฝ่ายการเงิน 5477 บาท",
    "ฝ่ายการเงิน 5,477 บาท",
    "งบ 5,000",
    "5,000.50",
    "ISO 9001",
    "ISO/IEC 27001:2013",
    "มอก. 2541",
    "พ.ร.บ. 2542",
    "พ.ร.บ.การสาธารณสุข 2535",
    "พระราชบัญญัติ (2542)",
    "ปีการศึกษา 2566",
    "ปีการศึกษา 1/2566",
    "ปี งปม. 2566",
    "FY2566",
    "แผนพัฒนา 2566",
    "แผนพัฒนาฯ ฉบับที่ 13 (2566-2570)",
    "ไตรมาส 2 2566",
    "เลขที่สัญญา 012345678",
    "สัญญาจ้างเลขที่ 12/2566",
    "รหัสงบประมาณ 07010000001234",
    "ใบสั่งซื้อเลขที่ 012345678",
    "เวลา 08.30-16.30",
    "0.300-0.4500",
    "01 02 03",
    "ระบบโทรศัพท์ 2566",
    "ปรับปรุงระบบโทรศัพท์ 2566 - 2567",
    "คำสั่ง กทม. ที่ 5432/2566",
    "คำสั่งกรุงเทพมหานคร ที่ 5432/2566",
    "คำสั่งสำนักงานเขตสมมุติที่ 5432/2566",
    "ประกาศ กทม. ที่ 5432/2566",
    "หนังสือที่ กท 0401/1234",
    "หนังสือที่ มท 0808.2/ว 1234",
    "บันทึกข้อความที่ นร 0401/1234",
]
TEXTS = [
    ("โทร IP 5432", "โทร IP xxxx"),
    ("โทร. IP Phone 5432", "โทร. IP Phone xxxx"),
    ("VoIP : 5432", "VoIP : xxxx"),
    ("โทรหา 5432", "โทรหา xxxx"),
    ("โทรหาคุณสมมติ 5432", "โทรหาคุณสมมติ xxxx"),
    ("โทรกลับ 5432", "โทรกลับ xxxx"),
    ("โทรไปที่ 5432", "โทรไปที่ xxxx"),
    ("Ext. 5432", "Ext. xxxx"),
    ("ฝ่ายปกครอง ext 5432", "ฝ่ายปกครอง ext xxxx"),
    ("ฝ่ายปกครองext.5432", "ฝ่ายปกครองext.xxxx"),
    ("Extension: 5432, 5433", "Extension: xxxx, xxxx"),
    ("Mob 0812345678", "Mob 081xx xxxx"),
    ("Mob. 081-234-5678", "Mob. 081xx xxxx"),
    ("mob: 5432", "mob: xxxx"),
    ("แจ้ง 66812345678 แล้ว", "แจ้ง xxxx แล้ว"),
    ("แจ้ง 66-81-234-5678 แล้ว", "แจ้ง xxxx แล้ว"),
    ("แจ้ง ๖๖๘๑๒๓๔๕๖๗๘ แล้ว", "แจ้ง xxxx แล้ว"),
    ("ตามคำสั่ง กทม. ที่ 5432/2566 โทร. 5432", "ตามคำสั่ง กทม. ที่ 5432/2566 โทร. xxxx"),
    ("ระบบโทรศัพท์ 5432", "ระบบโทรศัพท์ xxxx"),
    ("โทร............7436", "โทร............xxxx"),
    ("โทร…… 7436", "โทร…… xxxx"),
    ("โทร ‘7436’", "โทร ‘xxxx’"),
    ("โทร. มท. 7436", "โทร. มท. xxxx"),
    ("โทร.มท 7436", "โทร.มท xxxx"),
    ("โทรตรง 7436", "โทรตรง xxxx"),
    ("โทร. x7436", "โทร. xxxxx"),
    ("โทรสอบถามเพิ่มเติมได้ที่ 7436", "โทรสอบถามเพิ่มเติมได้ที่ xxxx"),
    ("เบอร์โต๊ะ 7436", "เบอร์โต๊ะ xxxx"),
    ("หมายเลขภายใน 7436", "หมายเลขภายใน xxxx"),
    ("หมายเลขติดต่อ 7436", "หมายเลขติดต่อ xxxx"),
    ("โทรศัพย์ 7436", "โทรศัพย์ xxxx"),
    ("โทรสัพท์ 7436", "โทรสัพท์ xxxx"),
    ("โทรศัทพ์ 7436", "โทรศัทพ์ xxxx"),
    ("เบอ 7436", "เบอ xxxx"),
    ("เเฟกซ์ 7436", "เเฟกซ์ xxxx"),
    ("ไอดีไลน์ somchai", "ไอดีไลน์ xxxx"),
    ("ID ไลน์ somchai99", "ID ไลน์ xxxx"),
    ("แอดไลน์ somchai99", "แอดไลน์ xxxx"),
    ("สายภายใน 7436", "สายภายใน xxxx"),
    ("สอบถามโดยติดต่อภายใน 7436", "สอบถามโดยติดต่อภายใน xxxx"),
    ("ติดต่อ ต่อ 7436", "ติดต่อ ต่อ xxxx"),
    ("ติดต่อที่หมายเลข 7436-7", "ติดต่อที่หมายเลข xxxx"),
    ("สอบถาม โทร. 0 2245 5149 ต่อ 7135 ในเวลาราชการ", "สอบถาม โทร. 0 22xx xxxx ต่อ xxxx ในเวลาราชการ"),
    ("แจ้งที่โทรศัพท์หมายเลข 02-245-5149", "แจ้งที่โทรศัพท์หมายเลข 02-2xx xxxx"),
    ("ประสาน (โทร.7135-6) แล้ว", "ประสาน (โทร.xxxx) แล้ว"),
    ("โทรสาร 7135 หรือ 7136", "โทรสาร xxxx หรือ xxxx"),
    ("ติดต่อนายสมมติ 081-431-8031 แล้ว", "ติดต่อนายสมมติ 081xx xxxx แล้ว"),
    ("แจ้ง 0-2245-5149 ต่อ 7135 แล้ว", "แจ้ง 0-22xx xxxx ต่อ xxxx แล้ว"),
    ("แจ้ง 081-431-8031 และ 25 กลุ่ม", "แจ้ง 081xx xxxx และ 25 กลุ่ม"),
    ("แจ้ง 081-431-8031, 25 คน", "แจ้ง 081xx xxxx, 25 คน"),
    ("ส่งไปที่ somchai@example.com", "ส่งไปที่ xxxx@xxxx"),
    ("LINE ID : somchai99", "LINE ID : xxxx"),
    ("แจ้ง Line: @somchai", "แจ้ง Line: @xxxx"),
    ("0812345678 0898765432", "081xx xxxx 089xx xxxx"),
    ("0812345678,0898765432", "081xx xxxx,089xx xxxx"),
    ("081-234-5678\n089-876-5432", "081xx xxxx\n089xx xxxx"),
    ("1. 081-234-5678", "1. 081xx xxxx"),
    ("1.081-234-5678", "1.081xx xxxx"),
    ("ปี 2566 0812345678", "ปี 2566 081xx xxxx"),
    ("2566/0812345678", "2566/081xx xxxx"),
    ("0812345678 25 กลุ่ม", "081xx xxxx 25 กลุ่ม"),
    ("02-123-4567 (7135)", "02-1xx xxxx (xxxx)"),
    ("02-123-4567 (2566)", "02-1xx xxxx (xxxx)"),
    ("ผู้ประสานงาน\n081-999-7042\n089-999-7052", "ผู้ประสานงาน\n081xx xxxx\n089xx xxxx"),
    ("02-123-4567-70", "02-1xx xxxx"),
    ("0 2123 4567 0 2123 4568", "0 21xx xxxx 0 21xx xxxx"),
    ("1 +66 81 234 5678", "1 +66 8xx xxxx"),
    ("แจ้ง 0066812345678 แล้ว", "แจ้ง 006xx xxxx แล้ว"),
    ("แจ้ง 0066 81 234 5678 แล้ว", "แจ้ง xxxx แล้ว"),
    ("02-123-4567 ถึง 70", "02-1xx xxxx ถึง xxxx"),
    ("02-123-4567 - 70", "02-1xx xxxx"),
    ("02-123-4567, 7135", "02-1xx xxxx, xxxx"),
    ("โทร. ฝ่าย 7135", "โทร. ฝ่าย xxxx"),
    ("โทร. ฝ่ายงบประมาณ 5477 ในเวลาราชการ", "โทร. ฝ่ายงบประมาณ xxxx ในเวลาราชการ"),
    ("โทร. นายสมมติ สมมุติ 2123-4567", "โทร. นายสมมติ สมมุติ xxxx"),
    ("โทรศัพท์ (นายสมมติ) 7135 หรือ 7136", "โทรศัพท์ (นายสมมติ) xxxx หรือ xxxx"),
    ("เบอร์โทรของนายสมมติ 7135", "เบอร์โทรของนายสมมติ xxxx"),
    ("โทร. สนท. 7135", "โทร. สนท. xxxx"),
    ("โทรศัพท์ที่ติดต่อได้สะดวก 7135", "โทรศัพท์ที่ติดต่อได้สะดวก xxxx"),
    ("โทร.→7135", "โทร.→xxxx"),
    ("โทร.<7135>", "โทร.<xxxx>"),
    ("โทร. 7135\n120 ชุมชน", "โทร. xxxx\n120 ชุมชน"),
    ("โทร. 7135\n2566 ดำเนินการ", "โทร. xxxx\n2566 ดำเนินการ"),
    ("โทร. 7135\n1.1 จัดประชุม", "โทร. xxxx\n1.1 จัดประชุม"),
    ("โทร. 7135\n7136", "โทร. xxxx\nxxxx"),
    ("เลขที่สัญญา 012345678 โทร. 7135", "เลขที่สัญญา 012345678 โทร. xxxx"),
    ("เลขที่โทรศัพท์ 021234567", "เลขที่โทรศัพท์ 021xx xxxx"),
    ("เลขที่ 081-234-5678", "เลขที่ 081xx xxxx"),
    ("รหัส 081 234 5678", "รหัส 081xx xxxx"),
    ("ส่งไปที่ สมชาย@example.com", "ส่งไปที่ xxxx@xxxx"),
    ("ส่งไปที่ somchai＠example.com", "ส่งไปที่ xxxx@xxxx"),
    ("ส่งไปที่ somchai <at> example.com", "ส่งไปที่ xxxx@xxxx"),
    ("กลุ่ม https://lin.ee/AbCdEf", "กลุ่ม https://lin.ee/xxxx"),
    ("โทร O81-234-5678", "โทร O81xx xxxx"),
    ("แจ้ง สน 0212/34567", "แจ้ง สน xxxx"),
    ("แจ้ง 0 2123 4567 ต่อ 101, 102", "แจ้ง 0 21xx xxxx ต่อ xxxx, xxxx"),
    ("แจ้ง 0 2123 4567 ต่อ 101 และ 102 แล้ว", "แจ้ง 0 21xx xxxx ต่อ xxxx และ 102 แล้ว"),
    ("แจ้ง 0 2123 4567 - 4570", "แจ้ง 0 21xx xxxx"),
    ("แจ้ง 0 2123 4567-4570 แล้ว", "แจ้ง 0 21xx xxxx แล้ว"),
    ("แจ้ง o2-234-5678", "แจ้ง o2-2xx xxxx"),
    ("แจ้ง 08O-234-5678 แล้ว", "แจ้ง 08Oxx xxxx แล้ว"),
    ("โทร ศัพท์ 7135", "โทร ศัพท์ xxxx"),
    ("(โทร. 6227 - 8) ฝ่ายปกครอง", "(โทร. xxxx) ฝ่ายปกครอง"),
    ("(โทร. 02-123-4567 ถึง 8) ฝ่ายปกครอง", "(โทร. 02-1xx xxxx ถึง xxxx) ฝ่ายปกครอง"),
    ("LINE_ID: somchai99", "LINE_ID: xxxx"),
    ("line-id: somchai99", "line-id: xxxx"),
    ("line id คือ somchai99", "line id คือ xxxx"),
    ("line id (somchai99)", "line id (xxxx)"),
    ("ไลน์ไอดี “somchai99”", "ไลน์ไอดี “xxxx”"),
    ("somchai(a)example.com", "xxxx@xxxx"),
    ("somchai -at- example -dot- com", "xxxx@xxxx"),
    ("somchai[@]example[.]com", "xxxx@xxxx"),
    ("somchai@@example.com", "xxxx@xxxx"),
    ("somchai%40example.com", "xxxx@xxxx"),
    ("somchai&#64;example.com", "xxxx@xxxx"),
    ("somchai(แอท)example.com", "xxxx@xxxx"),
]
NO_CONTACTS_IN_TEXTS = [
    "ตามหนังสือกระทรวงมหาดไทย ด่วนที่สุด ที่ มท 0808.2/1234",
    "หนังสือ กค 0405.2/12345 ลงวันที่ 31/01/2566",
    "แจ้ง 1250 - 1300 แห่ง",
    "ลด PM2.5 และ CO2 1250 ตัน NO2 100 O3 70",
    "100%40 (a) ข้อ",
    "ข้อ (a) และ (b)",
    "โทร ศูนย์ที่ 1) ฝ่ายปกครอง",
    "ประชุม LINE / Zoom",
    "Line (กลุ่ม)",
    "เดินสายภายใน 1500 เมตร",
    "โทรศัพท์ โต๊ะ 120 ตัว",
    "next 1250 text 1250 extra 1250 mobs 1250",
    "66712345678 1668123456789",
    "66812345678 บาท",
    "ปี 66 และ 67 จำนวน 81",
    "66/81 66.81.23",
    "เบอเกอรี่ 120 ชิ้น",
    # As likely a ratio, a term, or a list: no word says that a telephone follows.
    "ต่อ 1234",
    "อัตราส่วน 1 ต่อ 1234",
    "ภายใน 1234",
    "ติดต่อภายใน 30 วัน",
    "ติดต่อภายในปี 2566",
    "08 12 34 56 78",
    *NO_CONTACTS,
    "นายสมมติ 7135",
    "ดำเนินการแล้ว 1250 ตัวอย่าง",
    "ซื้อโทรศัพท์ 120 เครื่อง",
    "ค่าโทรศัพท์ 5,000 บาท",
    "ค่าโทรศัพท์ 5000",
    "ทางโทรศัพท์ 350 ครั้ง",
    "ระบบโทรศัพท์ (2566)",
    "ระบบโทรศัพท์ปี 2566",
    "กล้องโทรทัศน์วงจรปิด 1250 จุด",
    "โทรมาตร 1250",
    "สายด่วน 1555",
    "ผ่าน Line 1250 คน",
    "LINE Official Account",
    "online 2566",
    "เลขที่ใบแจ้งหนี้ 0105536000315",
    "0 0 0 0 0 0 0 0 0 0",
    "0.123456789",
    "100.012345678",
    "12 01 2566 3 4",
    "1,012,345,678",
    "1 0105536000315",
    "รหัส 01 02 03 04 05 06 07",
    "ลำดับ 02 03 04 05 06 07 08",
    "01 2566 0001 12",
    "13.756309123, 100.501812345",
    "ร้อยละ 100 (2566)",
    "02/02/2565 : ประชุมคณะทำงาน ครั้งที่ 2/2565",
    "01 02 03 04 05",
    "0 25 50 75 100",
    "0-25-50-75-100",
    "0 100 100 100",
    "เลขที่สัญญา 0123456789",
    "เลขที่สัญญา 012345678 120 ชุมชน",
    "สัญญาจ้างเลขที่ 012345678 ลงวันที่ 31/01/2566",
    "ใบสั่งจ้างเลขที่ 012345678",
    "เลขที่เอกสาร 0123-4567-8",
    "หมายเลขครุภัณฑ์ 012345678",
    "รหัสสินทรัพย์ 0123456789",
    "โทรศัพท์ 5,000",
    "โทร. ฝ่ายปกครอง 1",
    "โทร. ฝ่ายปกครอง ประจำปี 2566",
    "ซื้อโทรศัพท์ให้ฝ่ายปกครอง 1250 เครื่อง",
    "look at example.com",
    "เผยแพร่ทาง facebook.com/example/posts/1",
    "Facebook: Example",
    "Line : Open Chat",
]


@pytest.mark.parametrize(("text", "masked"), CONTACTS)
def test_every_spelling_of_a_contact_is_masked_in_its_field(text: str, masked: str) -> None:
    assert mask_contact(text) == masked


@pytest.mark.parametrize("text", NO_CONTACTS)
def test_names_years_dates_money_and_codes_stay_in_the_field_of_contacts(text: str) -> None:
    assert mask_contact(text) == text


@pytest.mark.parametrize(("text", "masked"), TEXTS)
def test_in_any_other_text_a_contact_is_masked_behind_a_telephone_word_or_where_it_is_whole(
    text: str, masked: str
) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", NO_CONTACTS_IN_TEXTS)
def test_other_numbers_of_a_text_stay(text: str) -> None:
    assert mask_text(text) == text


WORDS = [
    "โทร", "โทร.", "โทร. ", "โทรฯ ", "โทรศัพท์ ", "โทรศัพท์: ", "โทร : ", "โทร.(", "โทรศัพท์มือถือ ",
    "โทรศัพท์เคลื่อนที่ ", "โทรสาร ", "เบอร์", "เบอร์โทร ", "เบอร์ติดต่อ ", "มือถือ ", "สายใน ", "แฟกซ์ ", "Tel ", "TEL.", "tel: ",
    "Fax. ", "Mobile: ", "โทร.ภายใน ", "โทร(ภายใน)",
]  # fmt: skip
WORDS_OF_CONTACTS = ["ภายใน ", "ภายใน.", "ติดต่อ ", "หมายเลข ", "ต่อ ", "#", "# ", "/", "ext ", "Ext."]
SEPARATORS = ["", " ", "-", ".", " - ", "\u00a0", "\u2013", "/", "|", "_", "\u200b", " . ", "\n"]
# A line below may begin with the number of an item.
SEPARATORS_OF_A_LINE = [separator for separator in SEPARATORS if separator != "\n"]
SHAPES = [(2, 3, 4), (3, 3, 4), (1, 4, 4), (2, 4, 4), (3, 7), (9,), (10,), (2, 7), (1, 8), (1, 2, 3, 4)]
EXTENSIONS = [
    "",
    " ต่อ {}",
    " ต่อ{}",
    " ต่อ. {}",
    "#{}",
    " # {}",
    "/{}",
    " / {}",
    " ext. {}",
    " กด {}",
    " (ต่อ {})",
    ", {}",
    " ภายใน {}",
]
SECOND = ["", " หรือ {}", "หรือ{}", " และ {}", ", {}", ",{}", "; {}", " - {}", "-{}", " ถึง {}", "/{}"]
DIGITS = st.sampled_from(["0123456789", "๐๑๒๓๔๕๖๗๘๙"])


def count_digits(text: str) -> int:
    return len(re.findall(r"\d", text))


@given(
    word=st.sampled_from(["", "นายสมมติ ", *WORDS, *WORDS_OF_CONTACTS]),
    separator=st.sampled_from(SEPARATORS),
    shape=st.sampled_from(SHAPES),
    extension=st.sampled_from(EXTENSIONS),
    script=DIGITS,
    data=st.data(),
)
def test_of_a_number_at_most_three_digits_stay_and_of_its_extension_none(
    word: str, separator: str, shape: tuple[int, ...], extension: str, script: str, data: st.DataObject
) -> None:
    rest = data.draw(st.text("123456789", min_size=sum(shape) - 1, max_size=sum(shape) - 1))
    parts, digits = [], "0" + rest
    for size in shape:
        parts.append(digits[:size])
        digits = digits[size:]
    text = separator.join(parts)
    assume(not re.search(r"(?<!\d)\d{1,2}\D\d{1,2}\D(19|2[0456])\d\d", text))
    spelled = text + extension.format(data.draw(st.sampled_from(["7135", "71350", "713"])))
    spelled = word + spelled.translate(str.maketrans("0123456789", script))
    assert count_digits(mask_contact(spelled)) <= 3
    if word in WORDS:
        assert count_digits(mask_text(f"ประสานแล้ว {spelled} ในวันนี้")) <= 3


@given(
    word=st.sampled_from([*WORDS, *WORDS_OF_CONTACTS]),
    first=st.sampled_from(["7135", "2566", "713", "71350", "713-5", "7135-36"]),
    second=st.sampled_from(SECOND),
    other=st.sampled_from(["7136", "2566", "71360"]),
    script=DIGITS,
)
def test_of_extensions_behind_a_word_no_digit_stays(
    word: str, first: str, second: str, other: str, script: str
) -> None:
    spelled = word + (first + second.format(other)).translate(str.maketrans("0123456789", script))
    assert count_digits(mask_contact(f"ฝ่ายปกครอง {spelled}")) == 0
    if word in WORDS:
        assert count_digits(mask_text(f"ประสานแล้ว {spelled} ในวันนี้")) == 0


@given(
    word=st.sampled_from(WORDS),
    name=st.sampled_from(["ฝ่ายปกครอง ", "นายสมมติ สมมุติ ", "งานสมมุติ", "ของฝ่ายปกครอง : ", "สนท. ", "กลุ่มงานการคลัง "]),
    first=st.sampled_from(["7135", "2566", "71350", "7135-36", "2123-4567"]),
    second=st.sampled_from(SECOND),
    script=DIGITS,
)
def test_of_extensions_behind_a_word_and_a_name_no_digit_stays(
    word: str, name: str, first: str, second: str, script: str
) -> None:
    spelled = word + name + (first + second.format("7136")).translate(str.maketrans("0123456789", script))
    for mask in (mask_contact, mask_text):
        assert count_digits(mask(f"ประสานแล้ว {spelled} ในวันนี้")) == 0


@given(
    name=st.sampled_from(["นายสมมติ ", "ฝ่ายปกครอง", "นางสมมุติ\n", "นายสมมติ - "]),
    bracket=st.sampled_from(["{}", "({})", "[{}]", " {} ", "( {} )"]),
    first=st.sampled_from(["7135", "71350", "7135-7136", "7135 - 7136", "6227-8"]),
    second=st.sampled_from(SECOND),
    behind=st.sampled_from(["", "\nนางสมมุติ", " นางสมมุติ", ", นางสมมุติ"]),
)
def test_of_extensions_without_a_word_no_digit_stays_in_the_field_of_contacts(
    name: str, bracket: str, first: str, second: str, behind: str
) -> None:
    assert count_digits(mask_contact(name + bracket.format(first + second.format("7138")) + behind)) == 0


@given(
    digits=st.text("0123456789๐๑๒๓๔๕๖๗๘๙", min_size=8, max_size=11),
    gaps=st.lists(st.sampled_from(SEPARATORS_OF_A_LINE), min_size=10, max_size=10),
    before=st.text("กขค. ", max_size=5),
)
@example(digits="0814318031", gaps=[""] * 10, before="")
@example(digits="00000000", gaps=["", " ", ".", " - ", ".", "", "", "", "", ""], before="")
def test_no_spelling_of_a_number_leaves_more_than_three_of_its_digits(
    digits: str, gaps: list[str], before: str
) -> None:
    spelled = "".join(digit + gap for digit, gap in zip(digits, [*gaps, ""], strict=False))
    plain = spelled.translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))
    assume(not re.search(r"\d/\d|\d\d[/.-]\d\d?[/.-]\d|\d[/.-]\d\d?[/.-]\d\d", plain))
    # A range of shares, 0.300-0.4500, is no contact.
    assume(not re.search(r"(?<![\d.])0\.\d{1,4}\s?[-–]\s?0\.\d{1,4}(?!\d)", plain))
    assert count_digits(mask_contact(before + spelled)) <= 3


@given(st.text())
@example("โทร. 1 2 3\ue000")
def test_any_text_is_read_and_letters_stay(text: str) -> None:
    for mask in (mask_contact, mask_text):
        masked = mask(text)
        if not re.search(r"\d|@|line|ไลน|at", text, re.IGNORECASE):
            assert masked == text


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "0 ",
        "โทร ",
        "โทร 1 ",
        "1,",
        "a@",
        "a.",
        "line ",
        "1.1,",
        "ปี 2566-",
        "7135\n",
        "(",
        "1/1/",
        "ก",
        "ก.a@",
        "a at ",
        "[dot]a",
        "โทร. ฝ่าย",
        "1. ",
        "เลขที่สัญญา ",
        "เลขที่ใบ",
        "พ.ร.บ.",
        "08.30-",
        "fb ",
        "5,000 ",
    ],
)
def test_the_time_grows_with_the_length_of_a_text(text: str) -> None:
    began = time.process_time()
    for mask in (mask_contact, mask_text):
        mask(text * (200_000 // len(text)))
    assert time.process_time() - began < 5
