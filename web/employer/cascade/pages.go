// Package cascade holds the pages on which an employer reads and changes the rule
// by which agencies are told of shifts, and tries out what it does.
package cascade

import (
	"context"
	"slices"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cascade"
	"wardbridge/modules/oversight"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	agencypages "wardbridge/web/employer/agencies"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Cascade   *cascade.Service
	Agencies  *agencies.Service
	Packs     *packs.Service
	Oversight *oversight.Service
}

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	call := func(openapi.World) openapi.Call {
		return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
	}
	manager := web.Example(call)
	const at = "/e/{org}/cascade-rules"
	web.Get(s, at, rbac.ShiftRead, "Cascade rule", p.show, manager)
	web.Get(s, at+"/change", rbac.CascadeManage, "Change the cascade rule", p.change, manager)
	web.Post(s, at+"/change", rbac.CascadeManage, "Change the cascade rule", p.save, p.changeAgain, web.Typed(call, map[string]string{"name": "Winter rule"}))
}

type none struct{}

func base(ctx context.Context) string { return web.Base(ctx) + "/cascade-rules" }

type showIn struct {
	Hours      int    `query:"hours" min:"1" max:"2160"`
	StaffGroup string `query:"staff_group" maxlen:"40"`
}

// version is one version of the rule: from when, and by whom.
type version struct {
	Number, From, Who string
	Bands             []band
}

// view is what the page of the rule shows.
type view struct {
	Tabs       []ui.Tab
	At, Change string
	Name, Sub  string
	Bands      []band
	Versions   []version
	Hours      string
	Group      string
	Groups     []ui.Option
	Start      string
	Steps      []ui.TimelineItem
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in showIn) (web.View, error) {
	rule, err := p.Cascade.Rule(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	groups, err := p.Packs.StaffGroups(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	v := view{Tabs: agencypages.Tabs(ctx, "Cascade rule"), At: base(ctx), Name: rule.Name, Sub: "Version " + strconv.Itoa(rule.Version) + ", since " + civil.When(rule.ValidFrom), Bands: bandsOf(rule)}
	if web.May(ctx, rbac.CascadeManage) {
		v.Change = v.At + "/change"
	}
	if v.Versions, err = p.versions(ctx, tx); err != nil {
		return web.View{}, err
	}
	if in.Hours == 0 {
		in.Hours = 48
	}
	if in.StaffGroup == "" && len(groups) > 0 {
		in.StaffGroup = groups[0].Code
	}
	v.Hours, v.Group = strconv.Itoa(in.Hours), in.StaffGroup
	for _, g := range groups {
		v.Groups = append(v.Groups, ui.Option{Value: g.Code, Text: g.Name})
	}
	start := tx.Now.Add(time.Duration(in.Hours) * time.Hour)
	told, err := p.told(ctx, tx, in.StaffGroup, civil.DateOf(start))
	if err != nil {
		return web.View{}, err
	}
	v.Start, v.Steps = civil.When(start), simulated(rule, tx.Now, start, told)
	return web.View{Body: rulePage(v)}, nil
}

// tiers are the agencies of a staff group by tier; the highest tier may lie above
// the last with an agency on the day.
type tiers struct {
	highest int
	names   map[int][]string
}

// told reads who would be told on a day, as the planning of a shift does.
func (p *pages) told(ctx context.Context, tx *tenants.Tx, group string, day civil.Date) (tiers, error) {
	t := tiers{names: map[int][]string{}}
	placed, err := p.Agencies.Tiers(ctx, tx, group, civil.Date{})
	if err != nil {
		return t, err
	}
	ids := make([]tenants.ID, len(placed))
	for i, a := range placed {
		ids[i] = a.AgencyID
	}
	named, err := p.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return t, err
	}
	for _, a := range placed {
		t.highest = max(t.highest, a.Tier)
		if a.On(day) {
			t.names[a.Tier] = append(t.names[a.Tier], named[a.AgencyID].Name)
		}
	}
	for _, names := range t.names {
		slices.Sort(names)
	}
	return t, nil
}

// simulated is the timeline of a shift that is asked for now.
func simulated(rule cascade.Rule, now, start time.Time, t tiers) []ui.TimelineItem {
	var items []ui.TimelineItem
	for _, s := range rule.Plan(int(start.Sub(now)/time.Minute), now, start, t.highest) {
		item := ui.TimelineItem{Title: tierTitle(s.Tier), When: civil.When(s.DueAt), Text: upper(s.Why) + ".", State: "later"}
		if !s.DueAt.After(now) {
			item.State = "now"
		}
		if s.Tier > 0 {
			item.Text = who(t.names[s.Tier]) + " " + item.Text
		}
		items = append(items, item)
	}
	return items
}

// versions are those that the audit remembers, latest first, with who made them.
func (p *pages) versions(ctx context.Context, tx *tenants.Tx) ([]version, error) {
	found, _, err := p.Oversight.Audit(ctx, tx, oversight.Filter{Table: "cascade_rules", Act: oversight.Insert, Limit: 20})
	if err != nil {
		return nil, err
	}
	var all []version
	for _, e := range found {
		rule, ok := ruleOf(e.After)
		if !ok {
			continue
		}
		all = append(all, version{Number: "Version " + strconv.Itoa(rule.Version), From: civil.When(rule.ValidFrom), Who: e.Who(), Bands: bandsOf(rule)})
	}
	return all, nil
}

// summary counts the versions.
func (v view) summary() string { return labels.Count(len(v.Versions), "version") }
