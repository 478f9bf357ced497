package approvals

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// why says the conditions of a request.
func why(r approvals.Request) string {
	words := make([]string, len(r.Conditions))
	for i, c := range r.Conditions {
		words[i] = c.Title()
	}
	if r.Ratifies != nil {
		words = append(words, "to be ratified")
	}
	return strings.Join(words, ", ")
}

func rate(r money.Rate) string {
	if r.IsZero() {
		return "No rate"
	}
	return r.Text() + " an hour"
}

// limit says up to which somebody decides.
func limit(r money.Rate, p money.Pence) string {
	var words []string
	if !r.IsZero() {
		words = append(words, "up to "+r.Text()+" an hour")
	}
	if p != 0 {
		words = append(words, "up to "+p.String()+" in total")
	}
	if len(words) == 0 {
		return "No limit"
	}
	return labels.Status(strings.Join(words, " and "))
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

func factsOf(r approvals.Request, asked []string) []ui.Fact {
	facts := []ui.Fact{{Label: "Why", Value: why(r)}, {Label: "Charge", Value: rate(r.Rate), Note: "before VAT"}}
	if r.Cap.IsZero() {
		facts = append(facts, ui.Fact{Label: "Cap", Value: "None known"})
	} else {
		facts = append(facts, ui.Fact{Label: "Cap", Value: r.Cap.Text() + " an hour"})
	}
	if over := r.Over(); !over.IsZero() {
		facts = append(facts, ui.Fact{Label: "Above the cap", Value: over.Text() + " an hour"})
	}
	facts = append(facts, ui.Fact{Label: "Whole charge", Value: r.TotalPence.String(), Note: "before VAT"},
		ui.Fact{Label: "Asked by", Value: r.RequesterName, Note: civil.When(r.AskedAt)}, ui.Fact{Label: "Waits for", Value: strings.Join(asked, ", ")})
	if r.State != approvals.Open {
		facts[len(facts)-1].Label = "Was asked of"
	}
	for _, f := range []ui.Fact{{Label: "Answer wanted by", Value: labels.Instant(r.DueAt)}, {Label: "Escalated", Value: labels.Instant(r.EscalatedAt)},
		{Label: "Of no use from", Value: labels.Instant(r.LapsesAt)}, {Label: "Closed", Value: labels.Instant(r.ClosedAt), Note: r.ClosedWhy},
		{Label: "Reason", Value: approvals.OverrideText(r.Reason)}, {Label: "Statement", Value: r.Statement}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// figure puts an exact number of a request, or the version that it came from, into
// words. A cap has its source beside it; ids are for programs alone.
func figure(all map[string]string, name string) (f ui.Fact, told bool) {
	what, band, _ := strings.Cut(name, ".")
	value := all[name]
	if strings.HasSuffix(what, "_id") || what == "cap_row" {
		return f, false
	}
	f = ui.Fact{Label: labels.Status(strings.ReplaceAll(what, "_", " ")), Value: value}
	switch what {
	case "card":
		f = ui.Fact{Label: "Rate card", Value: labels.Status(strings.TrimPrefix(value, "within rate card "))}
	case "cap":
		f.Note = all["cap_row."+band]
	}
	if band != "" {
		line := rates.Line{Kind: rates.Pay, Band: rates.Band(band)}
		f.Label += ", " + strings.ToLower(line.Title())
	}
	if r, err := money.ParseRate(value); err == nil {
		f.Value = rate(r)
	}
	return f, true
}

// fill says the rest of a request; home is where the organisation's pages begin.
func (v *detail) fill(home string) {
	if v.R.Href != "" {
		v.Subject = ui.Link{Text: orWord(v.R.SubjectRef, "What it is about"), Href: home + v.R.Href}
	}
	for _, e := range v.R.Evidence {
		f := ui.Fact{Label: labels.Status(approvals.EvidenceText(e.Name)), Value: e.Text}
		if e.Href != "" {
			f.Href = home + e.Href
		}
		if day, err := civil.ParseDate(e.Text); err == nil && e.Name == approvals.ExemptionExpires {
			f.Value = day.Text()
		}
		v.Evidence = append(v.Evidence, f)
	}
	for _, name := range slices.Sorted(maps.Keys(v.R.Figures)) {
		if f, told := figure(v.R.Figures, name); told {
			v.Figures = append(v.Figures, f)
		}
	}
	v.Figures = append(v.Figures, ui.Fact{Label: "Rule", Value: v.R.Rule.Condition.Title(), Note: v.R.Rule.Source})
	if d := v.D; d != nil {
		who := ui.Fact{Label: labels.Status(d.Verdict) + " by", Value: d.PersonName, Note: civil.When(d.DecidedAt)}
		if d.InSteadOf != "" {
			who.Note += ", in the stead of " + d.InSteadOf
		}
		v.Decided = []ui.Fact{who, {Label: "Why", Value: d.Statement}}
		if d.Interim {
			stands := "To be ratified"
			if v.R.Overruled {
				stands = "Not ratified, so it no longer holds"
			}
			v.Decided = append(v.Decided, ui.Fact{Label: "Out of hours", Value: stands})
		}
	}
}

// asks says what has to be given with a request.
func asks(r approvals.Rule) string {
	var words []string
	if r.ReasonRequired {
		words = append(words, "a reason")
	}
	if r.StatementRequired {
		words = append(words, "a patient-safety statement")
	}
	for _, e := range r.Evidence {
		words = append(words, approvals.EvidenceText(e))
	}
	return orWord(labels.Status(strings.Join(words, ", ")), "Nothing")
}

// later says what happens when nobody answers.
func later(r approvals.Rule, others []string) string {
	if r.EscalateMinutes == 0 {
		return "Never"
	}
	text := "After " + civil.Span(r.EscalateMinutes)
	if len(others) == 0 {
		return text + ", the same are told again"
	}
	return text + ", " + strings.Join(others, ", ") + " as well"
}

func outOfHours(r approvals.Rule) string {
	if r.OutOfHours == "" {
		return ""
	}
	return fmt.Sprintf("%s out of %s to %s, ratified on the next working day", r.OutOfHours.Title(), r.HoursFrom, r.HoursTo)
}

var offices = func() (all []ui.Option) {
	for _, o := range approvals.Offices {
		all = append(all, ui.Option{Value: string(o), Text: o.Title()})
	}
	return all
}()

var states = []ui.Option{{Text: "Any"}, {Value: "open", Text: "Open"}, {Value: "approved", Text: "Approved"}, {Value: "refused", Text: "Refused"},
	{Value: "withdrawn", Text: "Withdrawn"}, {Value: "lapsed", Text: "Lapsed"}}

func due(when string) string {
	if when == "" {
		return ""
	}
	return "answer wanted by " + when
}

func origin(own bool) string {
	if own {
		return "Your own rule"
	}
	return "National default"
}

// pounds and total are amounts as boxes hold them; none is an empty box.
func pounds(r money.Rate) string {
	if r.IsZero() {
		return ""
	}
	return strings.TrimPrefix(r.Text(), "£")
}

func total(p money.Pence) string {
	if p == 0 {
		return ""
	}
	return p.Plain()
}

func chosen(id tenants.ID) string {
	if id == (tenants.ID{}) {
		return ""
	}
	return id.String()
}
