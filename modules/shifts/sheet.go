package shifts

import "wardbridge/internal/sheets"

// The longest texts that a shift holds.
const (
	refMax        = 60
	specialtyMax  = 80
	costCentreMax = 20
	notesMax      = 500
)

// The columns of Sheet by position, as Mapping.Project hands over cells.
const (
	colRef = iota
	colSite
	colWard
	colGroup
	colGrade
	colSpecialty
	colDate
	colStart
	colEnd
	colBreak
	colQuantity
	colReason
	colCostCentre
	colNotes
	colCount
)

// Sheet describes the file that shifts are imported from. An export has its
// columns too, so that what was exported can be corrected and sent back.
var Sheet = sheets.Kind{Name: "shifts", Title: "Shifts", Columns: []sheets.Column{
	colRef: {Name: "external_ref", Title: "External reference", Required: true, Max: refMax, Example: "ROS-0012345",
		Aliases: []string{"reference", "ref", "request id", "request number", "vacancy id", "duty id"},
		Doc:     "Your own reference for the request. It tells a new row from a known one, so it is needed and appears once in a file."},
	colSite: {Name: "site", Title: "Site", Max: 120, Example: "Kingsmere General",
		Aliases: []string{"hospital", "location", "site code"},
		Doc:     "Code or name. Needed only where two sites have wards of one name."},
	colWard: {Name: "ward", Title: "Ward", Required: true, Max: 120, Example: "Oak Ward",
		Aliases: []string{"unit", "department", "ward code", "ward name"}, Doc: "Code or name."},
	colGroup: {Name: "staff_group", Title: "Staff group", Max: 120, Example: "Nursing",
		Aliases: []string{"staff type", "profession"}, Doc: "Code or name. Left empty, it is the grade's."},
	colGrade: {Name: "grade", Title: "Grade", Required: true, Max: 120, Example: "Band 5",
		Aliases: []string{"band", "grade type", "role"}, Doc: "Code or name."},
	colSpecialty: {Name: "specialty", Title: "Specialty", Max: specialtyMax, Example: "Acute medicine", Aliases: []string{"skill", "skills"}},
	colDate: {Name: "date", Title: "Date", Required: true, Form: sheets.Date, Max: 40, Example: "24/11/2026",
		Aliases: []string{"shift date", "start date", "duty date"}, Doc: "Day first, 24/11/2026, or 2026-11-24; never month first."},
	colStart: {Name: "start", Title: "Start", Required: true, Form: sheets.Clock, Max: 40, Example: "07:00",
		Aliases: []string{"start time", "from", "starts"},
		Doc:     "24-hour clock: 07:00, 0700 or 7:00. In the hour that occurs twice: 2026-10-25 01:30+01:00."},
	colEnd: {Name: "end", Title: "End", Required: true, Form: sheets.Clock, Max: 40, Example: "19:30",
		Aliases: []string{"end time", "finish", "finish time", "to", "ends"}, Doc: "As Start. An end before the start is on the next day."},
	colBreak: {Name: "break_minutes", Title: "Break (minutes)", Max: 10, Example: "60",
		Aliases: []string{"break", "unpaid break", "break mins"}, Doc: "Unpaid break in whole minutes. Left empty, there is none."},
	colQuantity: {Name: "quantity", Title: "Quantity", Max: 10, Example: "1",
		Aliases: []string{"number", "number of staff", "number of people", "headcount"}, Doc: "How many people, 1 to 50. Left empty, one."},
	colReason: {Name: "reason", Title: "Reason", Required: true, Max: 120, Example: "Vacancy",
		Aliases: []string{"booking reason", "reason for request", "request reason"}, Doc: "Code or name."},
	colCostCentre: {Name: "cost_centre", Title: "Cost centre", Max: costCentreMax, Example: "104520",
		Aliases: []string{"cost center", "cost code"}, Doc: "Left empty, it is the ward's."},
	colNotes: {Name: "notes", Title: "Notes", Max: notesMax, Example: "Please bring photo identification.",
		Aliases: []string{"comments", "note"}, Doc: "Agencies and the worker read these."},
}}
