package timesheets

import (
	"errors"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/timesheets"
)

// claim is the form as it was typed: texts, so that what cannot be read can be
// shown again.
type claim struct {
	Ref       string  `path:"ref"`
	Date      string  `form:"date"`
	Start     string  `form:"starts_at"`
	End       string  `form:"ends_at"`
	StartFold string  `form:"start_fold"`
	EndFold   string  `form:"end_fold"`
	BreakFold string  `form:"break_fold"`
	Break     string  `form:"break_minutes"`
	Breaks    []pause `form:"breaks"`
	Note      string  `form:"note"`
}

// pause is one recorded break.
type pause struct {
	Start string `form:"start"`
	End   string `form:"end"`
}

// claimOf fills the form with what was sent before, or with the plan.
func claimOf(t *timesheets.Timesheet) claim {
	h, claimed := t.Hours()
	if !claimed {
		h = t.Plan()
	}
	c := claim{Ref: t.Ref, Date: civil.DateOf(h.Start).String(), Start: civil.ClockOf(h.Start).String(), End: civil.ClockOf(h.End).String(),
		StartFold: foldWord(civil.FoldOf(h.Start)), EndFold: foldWord(civil.FoldOf(h.End)), Break: strconv.Itoa(h.BreakMinutes), Note: t.WorkerNote}
	for _, b := range h.Breaks {
		if fold := civil.FoldOf(b.StartsAt); fold != civil.Unsaid {
			c.BreakFold = foldWord(fold)
		}
		c.Breaks = append(c.Breaks, pause{civil.ClockOf(b.StartsAt).String(), civil.ClockOf(b.EndsAt).String()})
	}
	return c
}

func foldWord(f civil.Fold) string {
	return map[civil.Fold]string{civil.First: "first", civil.Second: "second"}[f]
}

func foldOf(word string) civil.Fold {
	return map[string]civil.Fold{"first": civil.First, "second": civil.Second}[word]
}

// form is the claim as the page shows it; nil when nothing can be sent.
func (c claim) form(t *timesheets.Timesheet) *form {
	if t.DroppedAt != nil || t.Status != timesheets.StatusOpen && t.Status != timesheets.StatusQueried {
		return nil
	}
	f := form{Date: c.Date, Start: c.Start, End: c.End, StartFold: c.StartFold, EndFold: c.EndFold, Break: c.Break, Note: c.Note,
		NoteHint: "Needed when start, end or break differ from plan by more than 15 minutes. Up to 300 characters."}
	copy(f.Breaks[:], c.Breaks)
	f.AskStart, f.AskEnd = c.twice(c.Start, 0), c.twice(c.End, 0) || c.End <= c.Start && c.twice(c.End, 1)
	f.BreakFold = c.BreakFold
	for _, b := range c.Breaks {
		for _, text := range []string{b.Start, b.End} {
			f.AskBreak = f.AskBreak || c.twice(text, 0) || c.twice(text, 1)
		}
	}
	return &f
}

// twice reports whether a time happens twice so many days after the date.
func (c claim) twice(text string, days int) bool {
	day, err := civil.ParseDate(c.Date)
	if err != nil {
		return false
	}
	at, err := civil.ParseClock(text)
	if err != nil {
		return false
	}
	_, err = civil.Resolve(day.AddDays(days), at, civil.Unsaid)
	return errors.Is(err, civil.ErrAmbiguous)
}

// hours reads the form. Everything that cannot be read is refused at once, each
// at its box.
func (c claim) hours() (timesheets.Hours, error) {
	var refused []fault.Field
	clock := func(box, text, missing string) civil.Clock {
		at, err := civil.ParseClock(text)
		switch {
		case text == "":
			refused = append(refused, fault.Field{Name: box, Code: "required", Text: missing})
		case err != nil:
			refused = append(refused, fault.Field{Name: box, Code: fault.Of(err).Code, Text: fault.Of(err).Text, Value: text})
		}
		return at
	}
	day, err := civil.ParseDate(c.Date)
	if err != nil {
		refused = append(refused, fault.Field{Name: "date", Code: "wrong_format", Text: "Enter the date on which you started.", Value: c.Date})
	}
	w := timesheets.Wall{Date: day, StartFold: foldOf(c.StartFold), EndFold: foldOf(c.EndFold)}
	w.Start = clock("starts_at", c.Start, "Enter the time at which you started, such as 07:00.")
	w.End = clock("ends_at", c.End, "Enter the time at which you ended, such as 19:30.")
	for _, b := range c.Breaks {
		w.Breaks = append(w.Breaks, timesheets.WallBreak{
			Start:     clock("breaks", b.Start, "A break has a beginning and an end. Enter both times."),
			End:       clock("breaks", b.End, "A break has a beginning and an end. Enter both times."),
			StartFold: foldOf(c.BreakFold), EndFold: foldOf(c.BreakFold),
		})
	}
	minutes, ok := minutesIn(c.Break)
	if !ok {
		refused = append(refused, fault.Field{Name: "break_minutes", Code: "wrong_format", Text: "Enter the break in minutes, such as 60. Enter 0 for none.", Value: c.Break})
	}
	if len(refused) > 0 {
		return timesheets.Hours{}, fault.ErrInvalid.With(refused...)
	}
	if w.BreakMinutes = minutes; len(w.Breaks) > 0 {
		w.BreakMinutes = 0 // recorded times count alone
	}
	h, err := w.Hours()
	if err != nil {
		return h, err
	}
	if h.BreakMinutes == 0 {
		for _, b := range h.Breaks {
			h.BreakMinutes += int(b.EndsAt.Sub(b.StartsAt).Minutes())
		}
	}
	return h, nil
}

// carry hands everything that was typed on to the next page.
func (c claim) carry() []carried {
	all := []carried{{"date", c.Date}, {"starts_at", c.Start}, {"ends_at", c.End}, {"start_fold", c.StartFold}, {"end_fold", c.EndFold}, {"break_fold", c.BreakFold}, {"break_minutes", c.Break}, {"note", c.Note}}
	for i, b := range c.Breaks {
		name := "breaks." + strconv.Itoa(i)
		all = append(all, carried{name + ".start", b.Start}, carried{name + ".end", b.End})
	}
	return all
}
