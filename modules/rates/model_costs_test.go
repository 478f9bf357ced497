package rates_test

import (
	"math/big"
	"slices"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/modules/rates"
)

// owed says which on-costs an engagement has: holiday, National Insurance,
// pension, levy.
func owed(e rates.Engagement) string {
	switch e {
	case rates.PAYE, rates.Direct, rates.Bank:
		return "hnpl"
	case rates.PSCInside:
		return "nl"
	}
	return ""
}

// costRow is the on-cost row in force: those that name the engagement first.
func costRow(list []rates.OnCost, e rates.Engagement, date civil.Date) rates.OnCost {
	var own, open []rates.OnCost
	for _, c := range list {
		switch {
		case c.From.String() > date.String():
		case slices.Contains(c.Engagements, e):
			own = append(own, c)
		case len(c.Engagements) == 0:
			open = append(open, c)
		}
	}
	if len(own) == 0 {
		own = open
	}
	return own[bestRow(rowsOf(own, func(c rates.OnCost) rates.Row { return c.Row }), date)]
}

// due is a cost on the earnings of a week or of a shift.
func due(c rates.OnCost, earned int64, weekly bool) int64 {
	if weekly {
		if c.Ceiling > 0 && earned > int64(c.Ceiling) {
			earned = int64(c.Ceiling)
		}
		earned -= int64(c.Floor)
	}
	if earned <= 0 {
		return 0
	}
	return nearest(earned*factorOf(c.Rate), 1_000_000)
}

func (m *model) costs(w *rates.Work, s *modelShift, e rates.Engagement, date civil.Date) {
	number := dayNumber(date)
	monday := number - (int64(weekdayOf(number))+6)%7
	week := string(e) + strconv.FormatInt(monday, 10)
	before := m.weeks[week]
	weekly := m.book.OnCosts == rates.Weekly
	var pay int64
	for _, l := range s.lines {
		pay += l.amount
	}
	gross, added := pay, int64(0)
	for _, c := range []struct {
		letter rune
		kind   rates.Kind
		list   []rates.OnCost
	}{{'h', rates.HolidayPay, m.book.Holiday}, {'n', rates.EmployerNI, m.book.EmployerNI}, {'p', rates.Pension, m.book.Pension}, {'l', rates.Levy, m.book.Levy}} {
		if !slices.Contains([]rune(owed(e)), c.letter) {
			continue
		}
		row := costRow(c.list, e, date)
		if row.Rate.IsZero() {
			continue
		}
		base, already := gross, before[1]
		if c.letter == 'h' {
			base, already = pay, before[0]
		}
		amount := due(row, base, false)
		if weekly {
			amount = due(row, already+base, true) - due(row, already, true)
		}
		if c.letter == 'h' {
			gross += amount
		}
		added += amount
		s.lines = append(s.lines, modelLine{kind: c.kind, amount: amount})
	}
	s.earnsPay, s.earnsUp = pay, pay+added
	if w.CancelledAt.IsZero() {
		m.weeks[week] = [2]int64{before[0] + pay, before[1] + gross}
	}
}

func (m *model) session(w *rates.Work, s *modelShift, date civil.Date) {
	rule := m.book.Sessions[bestRow(rowsOf(m.book.Sessions, func(r rates.SessionRule) rates.Row { return r.Row }), date)]
	booked, fee := w.Sessions*rule.Minutes, int64(w.SessionFee)
	hourly := rateOf(w.Pay)
	if hourly == 0 {
		hourly = nearest(fee*6000, int64(rule.Minutes))
	}
	add := func(minutes int, amount int64) {
		s.lines = append(s.lines, modelLine{kind: rates.Session, minutes: minutes, amount: amount})
	}
	all := fee * int64(w.Sessions)
	byHour := func(minutes int) int64 { return nearest(hourly*int64(minutes), 6000) }
	switch over := s.minutes - booked; {
	case over > rule.Grace:
		add(booked, all)
		add(over, byHour(over))
	case over >= -rule.Grace, rule.Short == rates.ShortInFull:
		add(s.minutes, all)
	default:
		add(s.minutes, byHour(s.minutes))
	}
	if w.Pensionable {
		sum := int64(0)
		for _, l := range s.lines {
			sum += l.amount
		}
		part := nearest(sum*factorOf(rule.Pensionable), 1_000_000)
		s.lines = append(s.lines, modelLine{kind: rates.Pension, amount: nearest(part*factorOf(rule.Pension), 1_000_000)})
	}
}

func (m *model) cancel(w *rates.Work, s *modelShift, date civil.Date) {
	notice := minuteOf(w.Start) - minuteOf(w.CancelledAt)
	if notice < 0 {
		notice = 0
	}
	table := m.book.Cancellation[bestRow(rowsOf(m.book.Cancellation, func(r rates.CancellationRule) rates.Row { return r.Row }), date)].From
	var rule rates.CancellationRule
	longest := int64(-1)
	for _, r := range m.book.Cancellation {
		if r.From == table && int64(r.Notice) <= notice && int64(r.Notice) > longest {
			rule, longest = r, int64(r.Notice)
		}
	}
	minutes := s.minutes
	if rule.Minutes > 0 && rule.Minutes < minutes {
		minutes = rule.Minutes
	}
	under := new(big.Int).Mul(big.NewInt(int64(s.minutes)), big.NewInt(1_000_000))
	charge := half(under, s.net, int64(minutes), factorOf(rule.Share))
	s.lines = []modelLine{{kind: rates.Cancellation, minutes: minutes, amount: charge}}
	s.net, s.minutes = charge, 0
}

// limits finds the charge of an hour of each pay line.
func (m *model) limits(w *rates.Work, s *modelShift, e rates.Engagement, date civil.Date, fees int64) {
	holiday, others := int64(1_000_000), int64(1_000_000)
	has := owed(e)
	for i, list := range [][]rates.OnCost{m.book.Holiday, m.book.EmployerNI, m.book.Pension, m.book.Levy} {
		if !slices.Contains([]rune(has), rune("hnpl"[i])) {
			continue
		}
		share := factorOf(costRow(list, e, date).Rate)
		if i == 0 {
			holiday += share
		} else {
			others += share
		}
	}
	for i := range s.lines {
		l := &s.lines[i]
		if l.kind != rates.Pay {
			continue
		}
		exact := l.charge
		if m.book.OnCosts == rates.Weekly {
			under := new(big.Int).Mul(big.NewInt(max(s.earnsPay, 1)), big.NewInt(1_000_000))
			l.charge = half(under, exact, s.earnsUp) + fees
		} else {
			l.charge = half(new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil), exact, holiday, others) + fees
		}
		s.highest = max(s.highest, l.charge)
		if s.lowest == 0 || l.rate < s.lowest {
			s.lowest = l.rate
		}
		if e != rates.Bank {
			l.most = m.capOf(w.Grade, w.Zone, l.band, date)
		}
	}
	if e == rates.GPSession {
		s.highest = nearest(s.net*6000, int64(s.minutes))
	}
	if i := bestRow(rowsOf(m.book.SignOff, func(l rates.Limit) rates.Row { return l.Row }), date); i >= 0 {
		s.signed = s.highest >= rateOf(m.book.SignOff[i].Rate)
	}
}

func (m *model) capOf(grade, zone string, band rates.Band, date civil.Date) int64 {
	var same []rates.Cap
	for _, c := range m.book.Caps[grade] {
		if c.Zone == zone && c.Band == band {
			same = append(same, c)
		}
	}
	if i := bestRow(rowsOf(same, func(c rates.Cap) rates.Row { return c.Row }), date); i >= 0 {
		return rateOf(same[i].Rate)
	}
	return 0
}

// tax decides the VAT of every line and adds it up by category.
func (m *model) tax(w *rates.Work, s *modelShift, e rates.Engagement, date civil.Date) {
	type key struct {
		category rates.Category
		rate     int64
	}
	sums := map[key]int64{}
	for i := range s.lines {
		l := &s.lines[i]
		rule := m.decide(w, l.kind, e, date)
		l.category, l.vatRate, l.rule = rule.Category, factorOf(rule.Rate), rule.ID
		sums[key{l.category, l.vatRate}] += l.amount
	}
	for k, sum := range sums {
		s.vat += nearest(sum*k.rate, 1_000_000)
	}
	s.gross = s.net + s.vat
}

// decide looks for a rule with the first condition, then without it but with
// the second, and so on, as one reads a decision table from the left.
func (m *model) decide(w *rates.Work, kind rates.Kind, e rates.Engagement, date civil.Date) rates.VATRule {
	var met []rates.VATRule
	for _, r := range m.book.VAT {
		if r.From.String() <= date.String() && (r.Engagements == nil || slices.Contains(r.Engagements, e)) &&
			(r.Kinds == nil || slices.Contains(r.Kinds, kind)) && (r.Professions == nil || slices.Contains(r.Professions, w.Profession)) &&
			(!r.Deputy || w.Deputy) {
			met = append(met, r)
		}
	}
	for _, has := range []func(rates.VATRule) bool{
		func(r rates.VATRule) bool { return r.Overrides },
		func(r rates.VATRule) bool { return r.Engagements != nil },
		func(r rates.VATRule) bool { return r.Kinds != nil },
		func(r rates.VATRule) bool { return r.Professions != nil },
		func(r rates.VATRule) bool { return r.Deputy },
	} {
		var some []rates.VATRule
		for _, r := range met {
			if has(r) {
				some = append(some, r)
			}
		}
		if len(some) > 0 {
			met = some
		}
	}
	return met[bestRow(rowsOf(met, func(r rates.VATRule) rates.Row { return r.Row }), date)]
}
