package cascade

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/modules/cascade"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// The two ways in which a band says when tier 1 is told.
const (
	afterBank   = "after"
	beforeStart = "before"
)

var ways = []ui.Option{{Value: afterBank, Text: "hours after the bank"}, {Value: beforeStart, Text: "hours before the shift starts"}}

// changeForm is the rule as its form holds it: by band, hours as people write
// them. The bands themselves stay.
type changeForm struct {
	Version int               `form:"version"`
	Name    string            `form:"name" maxlen:"80"`
	First   map[string]string `form:"first"`
	Way     map[string]string `form:"way"`
	Each    map[string]string `form:"each"`
}

// changeView is the form with the words of its bands.
type changeView struct {
	Back  string
	Bands []band
	Form  changeForm
}

func (p *pages) change(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	rule, err := p.Cascade.Rule(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: changePage(changeView{Back: base(ctx), Bands: bandsOf(rule), Form: formOf(rule)}, nil)}, nil
}

func (p *pages) changeAgain(ctx context.Context, tx *tenants.Tx, in changeForm, refused *fault.Fault) (web.View, error) {
	rule, err := p.Cascade.Rule(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: changePage(changeView{Back: base(ctx), Bands: bandsOf(rule), Form: in}, refused)}, nil
}

func (p *pages) save(ctx context.Context, tx *tenants.Tx, in changeForm) (web.Done, error) {
	rule, err := p.Cascade.Rule(ctx, tx)
	if err != nil {
		return web.Done{}, err
	}
	bands, err := in.bands(rule.Bands)
	if err != nil {
		return web.Done{}, err
	}
	made, err := p.Cascade.SetRule(ctx, tx, in.Version, strings.TrimSpace(in.Name), bands)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: "Version " + strconv.Itoa(made.Version) + " of the rule holds now",
		Text: "It holds for shifts that are created from now on."}}, nil
}

func formOf(rule cascade.Rule) changeForm {
	f := changeForm{Version: rule.Version, Name: rule.Name, First: map[string]string{}, Way: map[string]string{}, Each: map[string]string{}}
	for i, b := range rule.Bands {
		key := strconv.Itoa(i)
		f.First[key], f.Way[key], f.Each[key] = hours(b.First.AfterMinutes), afterBank, hours(b.EachMinutes)
		if b.First.BeforeStartMinutes > 0 {
			f.First[key], f.Way[key] = hours(b.First.BeforeStartMinutes), beforeStart
		}
	}
	return f
}

// bands puts the form's delays into the bands, or names every box that is wrong.
func (f changeForm) bands(before []cascade.Band) ([]cascade.Band, error) {
	bands := slices.Clone(before)
	var refused []fault.Field
	for i := range bands {
		key := strconv.Itoa(i)
		first, ok := minutes(f.First[key])
		if !ok {
			refused = append(refused, wrong("first."+key, f.First[key]))
		}
		if bands[i].EachMinutes, ok = minutes(f.Each[key]); !ok {
			refused = append(refused, wrong("each."+key, f.Each[key]))
		}
		bands[i].First = cascade.Delay{AfterMinutes: first}
		if f.Way[key] == beforeStart {
			bands[i].First = cascade.Delay{BeforeStartMinutes: first}
		}
	}
	if len(refused) > 0 {
		return nil, fault.ErrInvalid.With(refused...)
	}
	return bands, nil
}

func wrong(name, value string) fault.Field {
	return fault.Field{Name: name, Code: "wrong_format", Text: "Give hours from 0 to " + labels.Number(most) + ", such as 24 or 0.5.", Value: value}
}

// most is 90 days, the longest delay of a rule, in hours.
const most = 90 * 24

// minutes reads hours such as 24 or 0.5 to the minute.
func minutes(text string) (int, bool) {
	h, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(h) || h < 0 || h > most {
		return 0, false
	}
	return int(math.Round(h * 60)), true
}

// hours writes minutes as hours: 24, 0.5.
func hours(minutes int) string {
	text := strconv.FormatFloat(float64(minutes)/60, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
