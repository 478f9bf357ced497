package oversight

import (
	"context"
	"encoding/json"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/oversight"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/organisation"
	"wardbridge/web/ui"
)

type auditIn struct {
	Actor  string        `query:"actor" maxlen:"80"`
	Table  string        `query:"table" maxlen:"60"`
	Row    string        `query:"row" maxlen:"80"`
	Act    string        `query:"act" maxlen:"10"`
	From   string        `query:"from" maxlen:"40"`
	To     string        `query:"to" maxlen:"40"`
	Cursor paging.Cursor `query:"cursor"`
}

// address is the list with these filters and without one of them.
func (in auditIn) address(at, without string, more ...string) string {
	pairs := append([]string{"actor", in.Actor, "table", in.Table, "row", in.Row, "act", in.Act, "from", in.From, "to", in.To}, more...)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == without {
			pairs[i+1] = ""
		}
	}
	return labels.Address(at, pairs...)
}

// filter is what the page asks for, in real time; a day that is none asks nothing.
func (in auditIn) filter() oversight.Filter {
	f := oversight.Filter{Actor: in.Actor, Table: in.Table, Row: in.Row, Act: oversight.Act(in.Act), Cursor: in.Cursor}
	if from := labels.Date(in.From); !from.IsZero() {
		f.From = from.Midnight()
	}
	if to := labels.Date(in.To); !to.IsZero() {
		f.To = to.AddDays(1).Midnight()
	}
	return f
}

// change is one field before and after, as a person reads it.
type change struct{ Name, Before, After string }

// line is one line of the audit.
type line struct {
	Who, What, Which, When string
	Row                    string // where all of this row's lines are
	Changes                []change
}

// auditView is what the audit shows.
type auditView struct {
	At      string
	Ask     auditIn
	Active  int
	Lines   []line
	Chips   ui.ChipBar
	Tables  []ui.Option
	Acts    []ui.Option
	Tabs    []ui.Tab
	Back    ui.Link
	Next    string
	Refused *fault.Fault
}

func (p *pages) audit(ctx context.Context, tx *tenants.Tx, in auditIn) (web.View, error) {
	v := auditView{At: web.Base(ctx) + "/audit", Ask: in, Tables: options("Everything", oversight.Tables()), Acts: options("Every act", oversight.Acts())}
	switch tx.Me.Kind {
	case tenants.Worker:
		v.Back = ui.Link{Text: "Notices", Href: web.Base(ctx) + "/notices"}
	case tenants.Platform:
	default:
		v.Tabs = organisation.Tabs(ctx, "Audit")
	}
	found, next, err := p.Oversight.Audit(ctx, tx, in.filter())
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			return web.View{}, err
		}
		v.Refused = fault.Of(err)
	}
	if err := v.fill(found); err != nil {
		return web.View{}, err
	}
	v.chips()
	if next != "" {
		v.Next = in.address(v.At, "", "cursor", string(next))
	}
	view := web.View{SkipTo: "results", Landscape: true, PrintNote: v.Chips.Summary, Body: auditPage(v)}
	if v.Refused != nil {
		view.Status = int(v.Refused.Kind)
	}
	return view, nil
}

func options(every string, words []oversight.Word) []ui.Option {
	all := []ui.Option{{Text: every}}
	for _, w := range words {
		all = append(all, ui.Option{Value: w.Name, Text: upper(w.Text)})
	}
	return all
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (v *auditView) fill(found []oversight.Entry) error {
	for _, e := range found {
		l := line{Who: e.Who(), What: e.What(), Which: which(e), When: civil.When(e.At), Row: labels.Address(v.At, "table", e.TableName, "row", e.RowID)}
		changed, err := e.Changes()
		if err != nil {
			return err
		}
		for _, c := range changed {
			l.Changes = append(l.Changes, change{c.Name, c.BeforeText(), c.AfterText()})
		}
		v.Lines = append(v.Lines, l)
	}
	return nil
}

// which is what the row is called, when the line says it.
func which(e oversight.Entry) string {
	for _, image := range []json.RawMessage{e.After, e.Before} {
		var named struct{ Ref, Number, Name, Code string }
		if len(image) == 0 || json.Unmarshal(image, &named) != nil {
			continue
		}
		for _, name := range []string{named.Ref, named.Number, named.Name, named.Code} {
			if name != "" {
				return name
			}
		}
	}
	return ""
}

// chips name every filter that is set, and lead to the list without it.
func (v *auditView) chips() {
	in := v.Ask
	v.Active = labels.Set(in.Actor, in.Table, in.Row, in.Act, in.From, in.To)
	v.Chips = ui.ChipBar{Summary: labels.Count(len(v.Lines), "act") + " on this page", Clear: v.At, Aside: "Newest first, in real time"}
	for _, c := range []struct{ name, value, text string }{
		{"actor", in.Actor, "Who: " + in.Actor}, {"table", in.Table, upper(oversight.TableWords(in.Table))}, {"row", in.Row, "One row alone"},
		{"act", in.Act, wordOf(oversight.Acts(), in.Act)}, {"from", in.From, "From " + dayText(in.From)}, {"to", in.To, "Until " + dayText(in.To)},
	} {
		if c.value != "" {
			v.Chips.Chips = append(v.Chips.Chips, ui.Chip{Text: c.text, Remove: in.address(v.At, c.name)})
		}
	}
}

func wordOf(words []oversight.Word, name string) string {
	for _, w := range words {
		if w.Name == name {
			return w.Text
		}
	}
	return name
}

func dayText(text string) string {
	if d := labels.Date(text); !d.IsZero() {
		return d.Text()
	}
	return text
}
