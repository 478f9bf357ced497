package rates

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// book is the names that these pages use.
type book struct {
	grades   map[string]packs.Grade
	groups   map[string]packs.StaffGroup
	sites    map[tenants.ID]places.Site
	agencies []accounts.Organisation
}

func (p *pages) book(ctx context.Context, tx *tenants.Tx) (b book, err error) {
	if b.grades, err = p.Packs.GradesByCode(ctx, tx); err != nil {
		return b, err
	}
	if b.groups, err = p.Packs.StaffGroupsByCode(ctx, tx); err != nil {
		return b, err
	}
	if b.sites, err = p.Places.Sites(ctx, tx, tx.Me.ID); err != nil {
		return b, err
	}
	b.agencies, err = p.Agencies.Agencies(ctx, tx)
	return b, err
}

func (b book) groupOf(l *cards.Entry) string {
	if g, known := b.grades[l.Grade]; known {
		return g.StaffGroup
	}
	return l.StaffGroup
}

func (b book) groupName(code string) string {
	switch g, known := b.groups[code]; {
	case known:
		return g.Name
	case code == "":
		return "Every staff group"
	}
	return code
}

// role is the grade of a line, or what stands for every grade.
func (b book) role(l *cards.Entry) string {
	if g, known := b.grades[l.Grade]; known {
		return g.Name
	}
	if l.Grade != "" {
		return l.Grade
	}
	return "Every grade"
}

// who narrows the role: its specialty, site and engagement.
func (b book) who(l *cards.Entry) string {
	var parts []string
	if l.Specialty != "" {
		parts = append(parts, l.Specialty)
	}
	if site, known := b.sites[l.SiteID]; known {
		parts = append(parts, site.Name)
	}
	if l.Engagement != cards.AnyEngagement {
		parts = append(parts, sentence(l.Engagement.Text()))
	}
	return strings.Join(parts, ", ")
}

// when is who with the hours.
func (b book) when(l *cards.Entry) string {
	parts := []string{sentence(l.Band.Text())}
	if who := b.who(l); who != "" {
		parts = append(parts, who)
	}
	return strings.Join(parts, ", ")
}

// position puts rows in the order in which people expect grades.
func (b book) position(at place) int {
	return b.groups[at.group].Position*10_000 + b.grades[at.grade].Position
}

// scope is what a card is for.
func (b book) scope(c cards.Card) string {
	var parts []string
	if c.Framework != "" {
		parts = append(parts, "Framework "+c.Framework)
	}
	if c.Lot != "" {
		parts = append(parts, "lot "+c.Lot)
	}
	for _, a := range b.agencies {
		if a.ID == c.AgencyID {
			parts = append(parts, a.Name)
		}
	}
	if len(parts) == 0 {
		return "Every agency"
	}
	return strings.Join(parts, ", ")
}

// choices are the filters that the lines of a card give sense to.
func (b book) choices(lines []cards.Entry) (groups, engagements []ui.Option) {
	groups, engagements = []ui.Option{{Text: "Every staff group"}}, []ui.Option{{Text: "Every engagement"}}
	var codes []string
	held := map[cards.Engagement]bool{}
	for i := range lines {
		if code := b.groupOf(&lines[i]); code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
		held[lines[i].Engagement] = true
	}
	slices.SortFunc(codes, func(x, y string) int { return b.groups[x].Position - b.groups[y].Position })
	for _, code := range codes {
		groups = append(groups, ui.Option{Value: code, Text: b.groupName(code)})
	}
	for _, e := range cards.Engagements() {
		if held[e] {
			engagements = append(engagements, ui.Option{Value: string(e), Text: sentence(e.Text())})
		}
	}
	return groups, engagements
}

func (b book) gap(g cards.Gap) gap {
	out := gap{Role: "Every grade", Group: b.groupName(g.StaffGroup), Hours: "All hours", Shifts: "None", Why: "An agency has a tier for this staff group"}
	if grade, known := b.grades[g.Grade]; known {
		out.Role, out.Hours, out.Shifts, out.Why = grade.Name, sentence(g.Class.Text()), labels.Number(g.Shifts), "You ask for it"
	}
	if g.Blocks {
		out.Why = "You ask for it, and this card is for this staff group"
	}
	var sites []string
	for _, id := range g.Sites {
		sites = append(sites, b.sites[id].Name)
	}
	slices.Sort(sites)
	out.Sites = strings.Join(sites, ", ")
	return out
}

func number(c cards.Card) string { return "Version " + strconv.Itoa(c.Version) }

func dates(c cards.Card) string {
	if c.ValidTo.IsZero() {
		return "from " + c.ValidFrom.Text()
	}
	return c.ValidFrom.Text() + " to " + c.ValidTo.Text()
}

// state is the tag of a version.
func state(c cards.Card, today civil.Date) string {
	switch {
	case c.Status == cards.Draft:
		return "Draft"
	case c.Status == cards.Submitted:
		return "To approve"
	case c.On(today):
		return "Active"
	case c.ValidFrom.After(today):
		return "To come"
	}
	return "Closed"
}

func gapCount(gaps []cards.Gap) string { return labels.Number(len(gaps)) }

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func payText(l *cards.Entry) string {
	if text, kept := l.Written["pay_max"]; kept {
		return text
	}
	return l.PayMax.Text()
}

func payNote(l *cards.Entry) string {
	var parts []string
	if l.Fixed {
		parts = append(parts, "fixed")
	}
	if !l.PayAfter12.IsZero() {
		parts = append(parts, l.PayAfter12.Text()+" after 12 weeks")
	}
	return strings.Join(parts, ", ")
}

func commissionText(l *cards.Entry) string {
	if !l.Margin.IsZero() {
		return l.Margin.Percent() + " of pay"
	}
	if text, kept := l.Written["commission_max"]; kept {
		return text
	}
	return l.CommissionMax.Text()
}

func chargeText(l *cards.Entry) string {
	if l.ChargeMax.IsZero() {
		return "None"
	}
	return l.ChargeMax.Text()
}

// moreText is the uplifts of a line.
func moreText(l *cards.Entry) string {
	var parts []string
	for _, u := range l.TierUplifts {
		parts = append(parts, "Tier "+strconv.Itoa(u.Tier)+" +"+u.Share.Percent())
	}
	for _, s := range l.Escalation {
		parts = append(parts, "under "+strconv.Itoa(s.Hours)+"h +"+s.Share.Percent())
	}
	return or(strings.Join(parts, ", "), "None")
}

func columnTitle(name string) string {
	for _, c := range cards.Sheet.Columns {
		if c.Name == name {
			return c.Title
		}
	}
	return name
}

func lower(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func countRows(n int) string { return labels.Count(n, "line") }

func sameText(n int) string {
	if n == 1 {
		return "1 line is as it was."
	}
	return labels.Number(n) + " lines are as they were."
}

func countRoles(n int) string { return labels.Count(n, "role") }

func filters(in showIn) int { return labels.Set(in.StaffGroup, in.Engagement) }

func problems(r cards.Report) string {
	if len(r.Flaws) == 0 {
		return "Ready"
	}
	return labels.Count(len(r.Flaws), "problem")
}

// firstFlaws are those that a page has room for.
func firstFlaws(r cards.Report) []cards.Flaw { return r.Flaws[:min(len(r.Flaws), 20)] }

func countMore(n int) string { return "And " + labels.Count(n, "problem") + " more." }

// valueText is a cell of a file as people read it: rates with their pounds,
// shares with their sign.
func valueText(column, text string) string {
	if text == "" {
		return "None"
	}
	if column == "margin_percent" {
		return text + "%"
	}
	if r, err := money.ParseRate(text); err == nil && (strings.HasSuffix(column, "_max") || column == "pay_after_12_weeks") {
		return r.Text()
	}
	return text
}
