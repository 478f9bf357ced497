package imports

import (
	"wardbridge/internal/civil"
	"wardbridge/modules/exchange"
	"wardbridge/web/ui"
)

// run is one import as the pages tell it.
type run struct{ exchange.Import }

// going reports that the run is not over and nobody is asked anything.
func (r *run) going() bool { return r.Running() }

func (r *run) good() int { return max(r.Rows-r.RowsBad, 0) }

// word is the status as a tag says it.
func (r *run) word() string {
	switch r.Status {
	case exchange.Reading, exchange.Checking, exchange.Applying:
		return "Running"
	case exchange.Checked:
		if r.RowsBad > 0 {
			return "Blocked"
		}
		return "Checked"
	case exchange.Applied:
		return "Done"
	}
	return "Failed"
}

// steps are the four stages and where the run stands among them.
func (r *run) steps() []ui.Step {
	at, state := 4, "done"
	switch r.Status {
	case exchange.Reading:
		at, state = 1, "now"
	case exchange.Checking:
		at, state = 2, "now"
	case exchange.Applying:
		at, state = 3, "now"
	case exchange.Checked:
		at, state = 3, "later"
	case exchange.Refused:
		at, state = 1, "failed"
	case exchange.Failed:
		at, state = 2, "failed"
		if r.Rows == 0 {
			at = 1
		}
	}
	steps := []ui.Step{{Text: "Upload"}, {Text: "Read"}, {Text: "Check"}, {Text: "Apply"}}
	for i := range steps {
		switch {
		case i < at:
			steps[i].State = "done"
		case i == at:
			steps[i].State = state
		default:
			steps[i].State = "later"
		}
	}
	return steps
}

// bar is how far the run has come, of how much. How many rows a file has is known
// once it has been read.
func (r *run) bar() (value, of int) {
	switch r.Status {
	case exchange.Checking:
		return 2, 3
	case exchange.Applying:
		return 5, 6
	}
	return 1, 3
}

// progress is the bar in words.
func (r *run) progress() string {
	switch r.Status {
	case exchange.Reading:
		return many(r.RowsRead, "row", "rows") + " read"
	case exchange.Applying:
		return "Applying " + many(r.good(), "row", "rows")
	}
	return "Checking " + many(r.Rows, "row", "rows")
}

// outcome is one line on what came of it.
func (r *run) outcome() string {
	switch r.Status {
	case exchange.Applied:
		return r.counts()
	case exchange.Checked:
		return number(r.good()) + " of " + many(r.Rows, "row is", "rows are") + " good"
	case exchange.Refused:
		return "Not taken in"
	case exchange.Failed:
		return "Stopped"
	}
	return r.progress()
}

// counts are shifts, not rows: one row may ask for several people.
func (r *run) counts() string {
	return number(r.Created) + " created, " + number(r.Updated) + " updated, " + number(r.Unchanged) + " unchanged"
}

// facts are the figures of a run.
func (r *run) facts() []ui.Fact {
	facts := []ui.Fact{
		{Label: "File", Value: first(r.Name, "Without a name"), Note: megabytes(r.Size)},
		{Label: "Uploaded", Value: civil.When(r.CreatedAt), Note: r.CreatedBy},
		{Label: "Rows", Value: number(max(r.Rows, r.RowsRead)), Note: number(r.RowsBad) + " with errors"},
		{Label: "When rows have errors", Value: r.choice(), Note: dryNote(r.DryRun)},
	}
	if r.Status == exchange.Applied {
		facts = append(facts, ui.Fact{Label: r.kindTitle(), Value: number(r.Created) + " created", Note: number(r.Updated) + " updated, " + number(r.Unchanged) + " unchanged"})
	}
	if r.FinishedAt != nil {
		facts = append(facts, ui.Fact{Label: "Finished", Value: civil.When(*r.FinishedAt)})
	}
	return facts
}

func (r *run) kindTitle() string {
	switch r.Kind {
	case "shifts":
		return "Shifts"
	case "rate-card":
		return "Rate card lines"
	}
	return capital(r.Kind)
}

// whole reports that the kind is applied with every row or not at all.
func (r *run) whole() bool { return r.Kind == "rate-card" }

func (r *run) choice() string {
	if r.Choice == exchange.Good {
		return "Apply the good rows"
	}
	return "Apply nothing"
}

func dryNote(dry bool) string {
	if dry {
		return "Only checked at first"
	}
	return ""
}

// verdict is the sentence over a run that is over, or waits for somebody.
func (r *run) verdict() (tone, strong, text string) {
	switch r.Status {
	case exchange.Applied:
		if r.RowsBad > 0 {
			return "warn", "The good rows have been applied: " + r.counts() + ".", many(r.RowsBad, "row was", "rows were") + " left out. Download them, correct them and send them again."
		}
		return "good", "The file has been applied: " + r.counts() + ".", ""
	case exchange.Checked:
		switch {
		case r.RowsBad == 0:
			return "good", "Every row is good.", "Applying makes this of it: " + r.counts() + ". Nothing has been applied yet."
		case r.good() == 0:
			return "bad", "No row is good, so nothing was applied.", "Correct the file and send it again."
		}
		if r.whole() {
			return "warn", many(r.RowsBad, "row has errors,", "rows have errors,") + " so nothing was applied.", "A rate card is taken in as a whole. Correct the file and send it again from the draft."
		}
		return "warn", many(r.RowsBad, "row has errors,", "rows have errors,") + " so nothing was applied.", "Apply the good rows, or correct the file and send it again."
	case exchange.Refused:
		return "bad", "The file cannot be taken in.", r.Failure
	}
	return "bad", "The import stopped.", r.Failure
}

// appliable says which rows may be applied now: none, all or the good ones.
func (r *run) appliable() exchange.Choice {
	switch {
	case r.Status != exchange.Checked || r.good() == 0 || r.whole() && r.RowsBad > 0:
		return ""
	case r.RowsBad == 0:
		return exchange.All
	}
	return exchange.Good
}
