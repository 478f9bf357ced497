package shifts

import (
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// createForm is the form of a new shift as it was typed. Everything is text, so
// that a refused form comes back as it was.
type createForm struct {
	Ward         string `form:"ward"`
	Grade        string `form:"grade"`
	Specialty    string `form:"specialty"`
	Date         string `form:"date"`
	Start        string `form:"start"`
	End          string `form:"end"`
	StartFold    string `form:"start_fold"`
	EndFold      string `form:"end_fold"`
	BreakMinutes string `form:"break_minutes"`
	Quantity     string `form:"quantity"`
	Reason       string `form:"reason"`
	CostCentre   string `form:"cost_centre"`
	ExternalRef  string `form:"external_ref"`
	Notes        string `form:"notes"`
	Checked      string `form:"checked"` // what follows the check page is the act
	Change       string `form:"change"`  // back from the check page to the boxes
}

// asked turns the form into what the module takes, or says which boxes cannot be
// read. What can be read and is still wrong, the module refuses.
func (f createForm) asked() (shifts.NewShift, []fault.Field) {
	var refused []fault.Field
	wrong := func(name, code, text string) {
		refused = append(refused, fault.Field{Name: name, Code: code, Text: text})
	}
	n := shifts.NewShift{Source: "form", ExternalRef: f.ExternalRef, Facts: shifts.Facts{
		Grade: f.Grade, Specialty: f.Specialty, Reason: f.Reason, CostCentre: f.CostCentre, Notes: f.Notes}}
	for _, box := range []struct{ name, value, text string }{
		{"ward", f.Ward, "Choose a ward."}, {"grade", f.Grade, "Choose a grade."}, {"date", f.Date, "Give the date on which the shift starts."},
		{"start", f.Start, "Give the time at which it starts."}, {"end", f.End, "Give the time at which it ends."}, {"reason", f.Reason, "Choose a reason."},
	} {
		if box.value == "" {
			wrong(box.name, "required", box.text)
		}
	}
	if f.Ward != "" {
		id, err := parseID(f.Ward)
		if err != nil {
			wrong("ward", "ward_unknown", "Choose a ward from the list.")
		}
		n.WardID = id
	}
	n.Times.StartFold, n.Times.EndFold = fold(f.StartFold), fold(f.EndFold)
	read(&n.Times.Date, f.Date, civil.ParseDate, "date", &refused)
	read(&n.Times.Start, f.Start, civil.ParseClock, "start", &refused)
	read(&n.Times.End, f.End, civil.ParseClock, "end", &refused)
	n.BreakMinutes = whole(f.BreakMinutes, 0, "break_minutes", "Give the unpaid break in whole minutes, such as 60.", &refused)
	n.Quantity = whole(f.Quantity, 1, "quantity", "Ask for 1 to 50 people.", &refused)
	if f.Quantity != "" && n.Quantity < 1 && len(refused) == 0 {
		wrong("quantity", "quantity_invalid", "Ask for 1 to 50 people.")
	}
	return n, refused
}

// read parses one box unless it is empty.
func read[T any](into *T, text string, parse func(string) (T, error), name string, refused *[]fault.Field) {
	if text == "" {
		return
	}
	v, err := parse(text)
	if err != nil {
		f := fault.Of(err)
		*refused = append(*refused, fault.Field{Name: name, Code: f.Code, Text: f.Text, Value: text})
		return
	}
	*into = v
}

func whole(text string, none int, name, say string, refused *[]fault.Field) int {
	if text == "" {
		return none
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		*refused = append(*refused, fault.Field{Name: name, Code: "not_a_number", Text: say, Value: text})
		return none
	}
	return n
}

func fold(text string) civil.Fold {
	switch text {
	case "first":
		return civil.First
	case "second":
		return civil.Second
	}
	return civil.Unsaid
}

// creation is the page of the form, and of the check behind it.
type creation struct {
	Base    string
	Form    createForm
	Names   *names
	Refused *fault.Fault
	Made    []shifts.Shift   // what the check found would be made
	Plan    cascade.Timeline // when whom would be told of it
	Long    bool
}

func (c *creation) wrong(name string) string {
	if c.Refused == nil {
		return ""
	}
	return ui.ErrorFor(c.Refused.Fields, name)
}

// twice reports that a box holds a time that happens twice that night, so the
// form has to ask which is meant.
func (c *creation) twice(name, chosen string) bool {
	if chosen != "" {
		return true
	}
	if c.Refused == nil {
		return false
	}
	for _, f := range c.Refused.Fields {
		if f.Name == name && f.Code == civil.ErrAmbiguous.Code {
			return true
		}
	}
	return false
}

func foldOptions(time string) []ui.Option {
	return []ui.Option{{Value: "first", Text: "The first " + time, Hint: "Before the clocks go back"}, {Value: "second", Text: "The second " + time, Hint: "After the clocks have gone back"}}
}

// answers are what is about to be made, in words.
func (c *creation) answers() []ui.Answer {
	s := &c.Made[0]
	ward := c.Names.ward[s.WardID]
	role, note := c.Names.role(s.Grade, s.Specialty)
	answers := []ui.Answer{
		{Key: "Where", Value: ward.Name, Note: ward.SiteName},
		{Key: "Role", Value: role, Note: note},
		{Key: "When", Value: civil.DateOf(s.StartsAt).Text() + ", " + civil.Between(s.StartsAt, s.EndsAt), Note: endsNext(s)},
		{Key: "Length", Value: civil.Span(s.PaidMinutes()) + " paid", Note: breakWords(s.BreakMinutes)},
		{Key: "People", Value: many(len(c.Made), "person", "people"), Note: severalNote(len(c.Made))},
		{Key: "Reason", Value: c.Names.reason[s.Reason].Name},
		{Key: "Cost centre", Value: first(s.CostCentre, "None")},
	}
	if s.ExternalRef != "" {
		answers = append(answers, ui.Answer{Key: "Your reference", Value: s.ExternalRef})
	}
	if s.Notes != "" {
		answers = append(answers, ui.Answer{Key: "Notes", Value: s.Notes, Note: "Agencies and the worker read these."})
	}
	return answers
}

func endsNext(s *shifts.Shift) string {
	if civil.DateOf(s.StartsAt) == civil.DateOf(s.EndsAt) {
		return ""
	}
	return "Ends " + civil.DateOf(s.EndsAt).Text()
}

func severalNote(n int) string {
	if n == 1 {
		return ""
	}
	return "One shift for each, " + number(n) + " in all"
}

// next says what happens once the shift is made.
func (c *creation) next() []ui.TimelineItem {
	s := &c.Made[0]
	if s.Retrospective {
		return []ui.TimelineItem{{Title: "Book the worker", State: "now", Text: "The shift has begun already, so agencies are not asked. A manager books the worker directly."}}
	}
	items := story(c.Plan, s.CreatedAt, nil)
	if len(items) > 0 && c.Plan.Moments[0].Tier < 0 {
		items[0].Text = beginning(s, c.Names)
	}
	return items
}

func parseID(text string) (tenants.ID, error) {
	var id tenants.ID
	err := id.UnmarshalText([]byte(text))
	return id, err
}
