package demonstration

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/modules/exchange"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// The demonstration is lived, not written down: the trusts' clocks are set back
// by some weeks and moved forward week by week, and in each week shifts
// come in, cascade, are proposed for, worked, approved and billed.

// pattern is one line of a ward's demand: which days, what, and when.
type pattern struct {
	ward, grade string
	start, end  string
	rest        int
	days        string // Mo to Su as 1 to 7
	reason      string
	specialty   string
}

// demand is what each trust asks agencies for in a week.
var demand = map[string][]pattern{
	"kingsmere": {
		{"ED", "nurse-band-6", "07:00", "19:30", 60, "1357", "vacancy", "Triage"},
		{"ED", "nurse-band-5", "19:30", "08:00", 60, "256", "sickness", ""},
		{"ICU", "nurse-band-6", "07:00", "19:30", 60, "246", "vacancy", "ITU course"},
		{"ICU", "nurse-band-5", "19:30", "08:00", 60, "37", "acuity", "ITU experience"},
		{"AMU", "st3", "20:00", "08:30", 30, "15", "rota-gap", "Acute medicine"},
		{"AMU", "nurse-band-5", "07:00", "19:30", 60, "247", "vacancy", ""},
		{"W7", "hca-band-2", "19:30", "08:00", 60, "36", "enhanced-care", ""},
		{"W12", "hca-band-2", "07:00", "15:00", 30, "14", "escalation", ""},
		{"W12", "nurse-band-5", "19:30", "08:00", 60, "57", "sickness-long", ""},
		{"TH", "nurse-band-6", "08:00", "18:00", 30, "24", "waiting-list", "Anaesthetics"},
		{"PAED", "st1-2", "08:00", "17:00", 30, "35", "rota-gap", "Paediatrics"},
		{"MAT", "midwife-band-6", "21:00", "07:30", 30, "6", "vacancy", ""},
		{"REH", "nurse-band-5", "07:00", "15:00", 30, "15", "annual-leave", ""},
		{"UTC", "specialty-doctor", "12:00", "22:00", 30, "67", "seasonal-pressure", "Urgent care"},
		{"UTC", "specialty-doctor", "08:00", "14:00", 0, "24", "vacancy", "Urgent care"},
		{"AMU", "st3", "08:00", "17:00", 30, "37", "rota-gap", "Acute medicine"},
	},
	"saltbridge": {
		{"ED", "nurse-band-5", "19:30", "08:00", 60, "146", "vacancy", ""},
		{"MED", "nurse-band-5", "07:00", "19:30", 60, "257", "sickness", ""},
		{"SUR", "st1-2", "08:00", "20:00", 60, "3", "rota-gap", "General surgery"},
	},
}

var rosterColumns = []string{"external_ref", "site", "ward", "grade", "specialty", "date", "start", "end", "break_minutes", "quantity", "reason", "notes"}

// roster writes the file that a trust's rota system would give for some weeks.
func roster(trust string, wards map[string]places.Ward, monday civil.Date, weeks int) [][]string {
	var rows [][]string
	for w := range weeks {
		for i, p := range demand[trust] {
			for _, d := range p.days {
				day := monday.AddDays(7*w + int(d-'1'))
				rows = append(rows, []string{
					fmt.Sprintf("ROS-%s-%02d", day, i), wards[p.ward].SiteCode, p.ward, p.grade, p.specialty, day.String(), p.start, p.end,
					fmt.Sprint(p.rest), "1", p.reason, "Ask for the nurse in charge.",
				})
			}
		}
	}
	return rows
}

// intake imports the shifts of some weeks through the product's own pipeline.
func (m *maker) intake(ctx context.Context, trust string, monday civil.Date, weeks int) error {
	wards := map[string]places.Ward{}
	for _, w := range m.wards[trust] {
		for _, s := range sitesOf[trust] {
			for _, x := range s.wards {
				if x.code == w.Code {
					w.SiteCode = s.code
				}
			}
		}
		wards[w.Code] = w
	}
	made, err := m.send(ctx, trust, fmt.Sprintf("roster-%s.csv", monday), roster(trust, wards, monday, weeks), false)
	if err == nil {
		m.world.note(trust+".import.applied", made)
	}
	return err
}

// winter is a file that was tried and waits to be applied.
func (m *maker) winter(ctx context.Context) error {
	day := civil.DateOf(time.Now()).AddDays(30).String()
	made, err := m.send(ctx, "kingsmere", "winter.csv", [][]string{
		{"WIN-1", "RK201", "W7", "nurse-band-5", "", day, "07:00", "19:30", "60", "1", "seasonal-pressure", ""},
		{"WIN-2", "RK201", "W7", "nurse-band-5", "", day, "19:30", "08:00", "60", "1", "vacancy", ""},
	}, true)
	m.world.note("kingsmere.import.checked", made)
	return err
}

// send imports a file and waits until the import stands where it should.
func (m *maker) send(ctx context.Context, trust, name string, rows [][]string, dry bool) (tenants.ID, error) {
	var made exchange.Import
	want := exchange.Applied
	if dry {
		want = exchange.Checked
	}
	dir, err := os.MkdirTemp("", "wardbridge-roster-")
	if err != nil {
		return made.ID, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(append([][]string{rosterColumns}, rows...)); err != nil {
		return made.ID, err
	}
	file := openapi.Upload{Path: filepath.Join(dir, name), Size: int64(text.Len()), ContentType: "text/csv", Name: name}
	if err := os.WriteFile(file.Path, text.Bytes(), 0o600); err != nil {
		return made.ID, err
	}
	err = m.as(ctx, trust, func(ctx context.Context, tx *tenants.Tx) error {
		made, err = m.Exchange.Receive(ctx, tx, exchange.NewImport{Kind: "shifts", DryRun: dry}, file)
		return err
	})
	if err != nil {
		return made.ID, err
	}
	if err := m.Queue.Settle(ctx, m.orgs[trust]); err != nil {
		return made.ID, err
	}
	return made.ID, m.as(ctx, trust, func(ctx context.Context, tx *tenants.Tx) error {
		i, err := m.Exchange.Get(ctx, tx, made.ID)
		if err == nil && i.Status != want {
			err = fmt.Errorf("the import of %s is %s: %s, %d bad rows", name, i.Status, i.Failure, i.RowsBad)
		}
		return err
	})
}

// clock sets the clocks of the trusts so that they now show the instant.
func (m *maker) clock(ctx context.Context, at time.Time, codes ...string) error {
	for _, code := range codes {
		err := m.as(ctx, code, func(ctx context.Context, tx *tenants.Tx) error { return m.Accounts.SetClock(ctx, tx, at) })
		if err != nil {
			return fmt.Errorf("clock of %s: %w", code, err)
		}
	}
	return nil
}

// lived are the trusts whose weeks are lived.
var lived = []string{"kingsmere", "saltbridge"}

// weeks lives the demonstration's past and present.
func (m *maker) weeks(ctx context.Context) error {
	now := time.Now()
	monday := civil.DateOf(now).Monday()
	first := monday.AddDays(-7 * m.back)
	if err := m.clock(ctx, first.AddDays(-15).Midnight().Add(9*time.Hour), lived...); err != nil {
		return err
	}
	for _, trust := range lived {
		if err := m.intake(ctx, trust, first, m.back); err != nil {
			return err
		}
	}
	for w := range m.back {
		start := first.AddDays(7 * w)
		fmt.Fprintf(m.out, "    week of %s\n", start.Text())
		if err := m.week(ctx, start); err != nil {
			return fmt.Errorf("week of %s: %w", start, err)
		}
	}
	return m.present(ctx, now, monday)
}

// week: three days before it the first tiers have had their turn, agencies
// propose and the bank office decides; then it is worked, and its hours are
// sent, answered and in time billed.
func (m *maker) week(ctx context.Context, start civil.Date) error {
	if err := m.clock(ctx, start.AddDays(-3).Midnight().Add(10*time.Hour), lived...); err != nil {
		return err
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	if err := m.offer(ctx, 100); err != nil {
		return err
	}
	if err := m.decide(ctx, 92); err != nil {
		return err
	}
	if err := m.clock(ctx, start.AddDays(8).Midnight().Add(9*time.Hour), lived...); err != nil {
		return err
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	if err := m.hours(ctx); err != nil {
		return err
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	return m.bill(ctx, start.AddDays(-7*min(3, m.back-1)))
}

// present brings the clocks to now: shifts of the weeks to come were asked for
// on different days, so that they stand at different steps of the cascade.
func (m *maker) present(ctx context.Context, now time.Time, monday civil.Date) error {
	for _, step := range []struct {
		back  time.Duration
		from  int // weeks from this one
		weeks int
	}{{12 * 24 * time.Hour, 0, 2}, {4 * 24 * time.Hour, 2, 2}, {30 * time.Hour, 4, m.ahead - 4}} {
		if step.weeks <= 0 || step.from >= m.ahead {
			continue
		}
		if err := m.clock(ctx, now.Add(-step.back), lived...); err != nil {
			return err
		}
		for _, trust := range lived {
			if err := m.intake(ctx, trust, monday.AddDays(7*step.from), step.weeks); err != nil {
				return err
			}
		}
		if err := m.settle(ctx); err != nil {
			return err
		}
		if step.from > 0 {
			continue
		}
		if err := m.clock(ctx, now.Add(-5*24*time.Hour), lived...); err != nil {
			return err
		}
		if err := m.settle(ctx); err != nil {
			return err
		}
		if err := m.offer(ctx, 45); err != nil {
			return err
		}
		if err := m.decide(ctx, 60); err != nil {
			return err
		}
	}
	if err := m.clock(ctx, now.Add(time.Since(now)), lived...); err != nil {
		return err
	}
	if err := m.settle(ctx); err != nil {
		return err
	}
	if err := m.offer(ctx, 40); err != nil {
		return err
	}
	return m.settle(ctx)
}

// settle lets everything that is due happen.
func (m *maker) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	return m.Queue.Settle(ctx)
}
