"""OneRoster's CSV binding: 1.1 and 1.2, whole files and files of changes, and the odd rows that real ones have."""

from collections.abc import Mapping

from accounts.roster.plan import midnight_ms, plan
from accounts.roster.wanted import Wanted
from tests.accounts.roster.schools import reading, zipped
from tests.accounts.roster.test_plan import EMPTY, NOW, after, told

USERS_11 = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
)
USERS_12 = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,"
    "sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,primaryOrgSourcedId\n"
)
CLASSES = (
    "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId\n"
)
ENROLLMENTS = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
)
SESSIONS = "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"

VERSION_11: Mapping[str, str] = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,bulk\n"
    "file.classes,bulk\nfile.enrollments,bulk\nfile.academicSessions,bulk\nfile.demographics,absent\n",
    "users.csv": USERS_11 + "t1,,,true,o1,teacher,tom@oakfield.example,,Tom,Hughes,,,,,,,,\n"
    'l1,,,true,o1,student,aisha,,Aisha,Rahman,,,,,,"g1,g2",05,secret\n'
    "l2,,,true,o1,student,ben,,Ben,Cooper,,,,,,,KG,\n"
    "g1,,,true,o1,guardian,,,Fatima,Rahman,,,,,,,,\ng2,,,true,o1,parent,,,Omar,Rahman,,,,,,,,\n"
    "r1,,,true,o1,relative,,,Uncle,Rahman,,,,,,,,\na1,,,true,o1,aide,,,Megan,Rees,,,,,,,,\n",
    "classes.csv": CLASSES + "c1,,,5A,05,k1,5A,homeroom,,o1\nc2,,,Maths 5,05,k2,MA5,scheduled,,o1\n",
    "enrollments.csv": ENROLLMENTS + "e1,,,c1,o1,t1,teacher,true,,\ne2,,,c1,o1,l1,student,false,2026-09-01,2027-07-20\n"
    "e3,,,c2,o1,a1,aide,,,\ne4,,,c1,o1,nobody,student,,,\ne5,,,c9,o1,l1,student,,,\n",
    "academicsessions.csv": SESSIONS + "s1,,,Autumn,term,2026-09-02,2026-12-18,y1,2026\n"
    "y1,,,2026/27,schoolYear,2026-09-01,2027-08-31,,2026\n",
    "demographics.csv": "sourcedId,birthDate\nl1,2016-01-01\n",
}  # fmt: skip


def wanted(tables: Mapping[str, str]) -> Wanted:
    return reading(zipped(tables), "oneroster.zip")


def test_version_1_1_gives_people_classes_enrolments_guardians_and_terms() -> None:
    found = plan(EMPTY, wanted(VERSION_11), NOW)
    assert {(each.sid, each.facts.role, each.facts.year) for each in found.arriving} == {
        ("t1", "teacher", None), ("l1", "learner", "5"), ("l2", "learner", "R"), ("g1", "guardian", None),
        ("g2", "guardian", None), ("a1", "ta", None),
    }  # fmt: skip
    assert {each.sid: each.login for each in found.arriving}["t1"] == "tom"
    assert [(each.kind, each.name, each.year) for each in found.groups_new] == [
        ("class", "5A", "5"), ("teaching", "Maths 5", "5"),
    ]  # fmt: skip
    assert [seat.key for seat in found.seats_added] == [
        ("c1", "l1", "learner"), ("c1", "t1", "teacher"), ("c2", "a1", "assistant"),
    ]  # fmt: skip
    assert found.seats_added[0].until_ms == midnight_ms("2027-07-21", "Europe/London")
    assert found.guardians_added == (("g1", "l1"), ("g2", "l1"))
    assert [(each.name, each.starts_on, each.ends_on) for each in found.terms_new] == [
        ("Autumn", "2026-09-02", "2026-12-18")
    ]


def test_what_leads_nowhere_is_told_with_its_place() -> None:
    said = [each.english() for each in plan(EMPTY, wanted(VERSION_11), NOW).problems]
    assert said == [
        "users.csv, line 7: “relative” is no role here. The row was left out.",
        "enrollments.csv, line 5: “nobody” is in no table. The row was left out.",
        "enrollments.csv, line 6: “c9” is in no table. The row was left out.",
    ]


def test_version_1_2_has_its_roles_in_a_table_of_their_own() -> None:
    tables = {
        "manifest.csv": "propertyName,value\noneroster.version,1.2\nfile.users,bulk\nfile.roles,bulk\n",
        "users.csv": USERS_12 + "t1,,,true,tom,,Thomas,Hughes,,,,,,,,,,Tom,o1\n"
        "l1,,,true,aisha,,Aisha,Rahman,,,,,,,05,,,,o1\nx1,,,true,nobody,,No,Role,,,,,,,,,,,o1\n",
        "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n"
        "r1,,,t1,secondary,proctor,,,o1\nr2,,,t1,primary,teacher,2026-09-01,,o1\nr3,,,l1,primary,student,2027-01-04,,o1\n",
    }  # fmt: skip
    found = plan(EMPTY, wanted(tables), NOW)
    assert {each.sid: (each.facts.role, each.facts.full_name, each.later) for each in found.arriving} == {
        "t1": ("teacher", "Tom Hughes", False), "l1": ("learner", "Aisha Rahman", True),
    }  # fmt: skip
    assert len(found.problems) == 1


def test_a_file_of_changes_changes_only_what_it_names() -> None:
    school = after(EMPTY, plan(EMPTY, wanted(VERSION_11), NOW))
    changes = {
        "manifest.csv": "propertyName,value\nfile.users,delta\nfile.enrollments,delta\nfile.classes,absent\n",
        "users.csv": USERS_11 + "l2,tobedeleted,2026-11-01T00:00:00Z,true,o1,student,ben,,Ben,Cooper,,,,,,,KG,\n"
        "l3,active,,true,o1,student,,,Chloe,Evans,,,,,,,05,\n"
        "l1,active,,true,o1,student,aisha,,Aisha,Rahman,,,,,,g1,06,\n",
        "enrollments.csv": ENROLLMENTS + "e9,active,,c1,o1,l3,student,,,\ne1,tobedeleted,,c1,o1,t1,teacher,,,\n",
        "classes.csv": CLASSES,
    }  # fmt: skip
    found = plan(school, wanted(changes), NOW)
    assert told(found) == [
        "1 learner leaves.", "1 learner is new.", "1 learner is in another year.", "1 place in a group is given.",
        "1 place in a group is taken back.", "1 guardian is no longer linked to a learner.",
    ]  # fmt: skip
    assert found.seats_removed == (("c1", "t1", "teacher"),)
    assert not found.problems
    assert plan(after(school, found), wanted(changes), NOW).empty


def test_whoever_is_disabled_there_leaves_here() -> None:
    school = after(EMPTY, plan(EMPTY, wanted(VERSION_11), NOW))
    tables = dict(VERSION_11)
    tables["users.csv"] = tables["users.csv"].replace("l2,,,true", "l2,,,false")
    assert told(plan(school, wanted(tables), NOW)) == ["1 learner leaves."]
