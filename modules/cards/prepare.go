package cards

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Prepare makes a draft: the first version of a card, or the next one of the
// card of this name. A draft may be empty, and may hold what a publication
// refuses; Report says so.
func (s *Service) Prepare(ctx context.Context, tx *tenants.Tx, n NewCard) (Card, error) {
	n.tidy()
	if err := s.employer(tx); err != nil {
		return Card{}, err
	}
	known, err := s.names(ctx, tx, tx.Me.ID)
	if err != nil {
		return Card{}, err
	}
	if refused := append(n.head(), storable(n.Lines, known)...); len(refused) > 0 {
		return Card{}, fault.ErrInvalid.With(refused...)
	}
	if err := hold(ctx, tx); err != nil {
		return Card{}, err
	}
	before, found, err := latest(ctx, tx, n.Name)
	if err != nil {
		return Card{}, err
	}
	if found && before.Status != Published {
		return Card{}, ErrDraftOpen
	}
	if err := later(before, n.ValidFrom); err != nil {
		return Card{}, err
	}
	c := n.card(tx, before.Version+1)
	return c, insert(ctx, tx, &c)
}

// Copy prepares the next version of a card with the lines and the scope of one
// of its versions.
func (s *Service) Copy(ctx context.Context, tx *tenants.Tx, id tenants.ID, from civil.Date, source string) (Card, error) {
	was, err := get(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	n := NewCard{Name: was.Name, ValidFrom: from, Source: source, Scope: was.Scope()}
	for _, l := range was.Lines {
		n.Lines = append(n.Lines, l.NewLine)
	}
	return s.Prepare(ctx, tx, n)
}

// SetLines replaces all lines of a draft.
func (s *Service) SetLines(ctx context.Context, tx *tenants.Tx, id tenants.ID, lines []NewLine) (Card, error) {
	c, err := draft(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	if len(lines) > LinesMax {
		return Card{}, ErrTooLong
	}
	known, err := s.names(ctx, tx, tx.Me.ID)
	if err != nil {
		return Card{}, err
	}
	if refused := storable(lines, known); len(refused) > 0 {
		return Card{}, fault.ErrInvalid.With(refused...)
	}
	if err := clearLines(ctx, tx, id); err != nil {
		return Card{}, err
	}
	c.Lines = c.entries(lines)
	if err := insertLines(ctx, tx, c.Lines); err != nil {
		return Card{}, err
	}
	return c, touch(ctx, tx, &c)
}

// SetLine changes one line of a draft, or adds one when lineID is zero.
func (s *Service) SetLine(ctx context.Context, tx *tenants.Tx, id, lineID tenants.ID, l NewLine) (Card, error) {
	return s.edit(ctx, tx, id, lineID, func(lines []NewLine, at int) []NewLine {
		if at < 0 {
			return append(lines, l)
		}
		lines[at] = l
		return lines
	})
}

// DropLine takes one line off a draft.
func (s *Service) DropLine(ctx context.Context, tx *tenants.Tx, id, lineID tenants.ID) (Card, error) {
	return s.edit(ctx, tx, id, lineID, func(lines []NewLine, at int) []NewLine { return append(lines[:at], lines[at+1:]...) })
}

func (s *Service) edit(ctx context.Context, tx *tenants.Tx, id, lineID tenants.ID, change func([]NewLine, int) []NewLine) (Card, error) {
	if _, err := draft(ctx, tx, id); err != nil {
		return Card{}, err
	}
	c, err := get(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	at, lines := -1, make([]NewLine, len(c.Lines))
	for i, e := range c.Lines {
		if lines[i] = e.NewLine; e.ID == lineID {
			at = i
		}
	}
	if at < 0 && lineID != (tenants.ID{}) {
		return Card{}, fault.ErrNotFound.Because(fmt.Errorf("line %s of card %s", lineID, id))
	}
	return s.SetLines(ctx, tx, id, change(lines, at))
}

// Change gives a draft another first day or another source.
func (s *Service) Change(ctx context.Context, tx *tenants.Tx, id tenants.ID, from civil.Date, source string) (Card, error) {
	c, err := draft(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	n := NewCard{Name: c.Name, ValidFrom: from, Source: strings.TrimSpace(source), Scope: c.Scope()}
	if refused := n.head(); len(refused) > 0 {
		return Card{}, fault.ErrInvalid.With(refused...)
	}
	before, found, err := inForce(ctx, tx, c.Name)
	if err != nil {
		return Card{}, err
	}
	if found {
		if err := later(before, from); err != nil {
			return Card{}, err
		}
	}
	c.ValidFrom, c.Source = from, n.Source
	return c, touch(ctx, tx, &c)
}

// Discard deletes a version that was never published.
func (s *Service) Discard(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	c, err := held(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.Status == Published {
		return ErrIsPublished
	}
	if err := clearLines(ctx, tx, id); err != nil {
		return err
	}
	return remove(ctx, tx, id)
}

func (n *NewCard) tidy() {
	n.Name, n.Source = strings.Join(strings.Fields(n.Name), " "), strings.TrimSpace(n.Source)
	n.Scope.Framework, n.Scope.Lot = strings.TrimSpace(n.Scope.Framework), strings.TrimSpace(n.Scope.Lot)
	for i := range n.Lines {
		n.Lines[i].tidy()
	}
}

// head refuses what is wrong with a version before its lines are looked at.
func (n *NewCard) head() (fields []fault.Field) {
	refuse := func(name, code, text, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Text: text, Value: value})
	}
	if count := len([]rune(n.Name)); count < 2 || count > 120 {
		refuse("name", "wrong_length", "Give the card a name of 2 to 120 characters.", "")
	}
	if n.ValidFrom.IsZero() {
		refuse("valid_from", "required", "Give the first day of this version.", "")
	}
	if len([]rune(n.Source)) > 300 {
		refuse("source", "wrong_length", "Say in at most 300 characters what the card rests on.", "")
	}
	if n.Scope.Lot != "" && n.Scope.Framework == "" {
		refuse("framework", "required", "A lot is of a framework. Give the framework too, or leave the lot out.", "")
	}
	return fields
}

// storable refuses lines that a draft cannot hold: those that refer to what is
// not there, and figures that are none.
func storable(lines []NewLine, known *names) (fields []fault.Field) {
	for i := range lines {
		l := &lines[i]
		l.tidy()
		refuse := func(name, code, text, value string) {
			fields = append(fields, fault.Field{Name: fmt.Sprintf("lines.%d.%s", i, name), Code: code, Text: text, Value: value})
		}
		if _, ok := known.groups[l.StaffGroup]; l.StaffGroup != "" && !ok {
			refuse("staff_group", "unknown", "There is no such staff group. Choose one from the list.", l.StaffGroup)
		}
		if _, ok := known.sites[l.SiteID]; l.SiteID != (tenants.ID{}) && !ok {
			refuse("site_id", "unknown", "There is no such site. Choose one of your own.", l.SiteID.String())
		}
		if bandWords[l.Band] == "" {
			refuse("band", errBand.Code, errBand.Text, string(l.Band))
		}
		if engagementWords[l.Engagement] == "" {
			refuse("engagement", errEngagement.Code, errEngagement.Text, string(l.Engagement))
		}
		if _, kept := l.Written["pay_max"]; l.PayMax.IsZero() && !kept {
			refuse("pay_max", "required", "Give the highest core pay rate an hour.", l.PayMax.String())
		}
		if !l.Margin.IsZero() && !l.CommissionMax.IsZero() {
			refuse("margin_percent", errBothFees.Code, errBothFees.Text, "")
		}
		if len([]rune(l.Specialty)) > specialtyMax {
			refuse("specialty", "wrong_length", "Name the specialty in at most 80 characters.", l.Specialty)
		}
	}
	return fields
}

// check refuses everything that is wrong with a card that is set up in one act.
func (n *NewCard) check(known *names) error {
	fields := n.head()
	if len(n.Lines) == 0 {
		fields = append(fields, fault.Field{Name: "lines", Code: "required", Text: "A card has at least one grade."})
	}
	seen := map[key]bool{}
	for i := range n.Lines {
		l := &n.Lines[i]
		refuse := func(name, code, text, value string) {
			fields = append(fields, fault.Field{Name: fmt.Sprintf("lines.%d.%s", i, name), Code: code, Text: text, Value: value})
		}
		_, ok := known.grades[l.Grade]
		switch {
		case l.Grade != "" && !ok:
			refuse("grade", "unknown", "There is no such grade. Choose one from the list.", l.Grade)
		case seen[l.key()]:
			refuse("grade", "given_twice", "This grade stands on the card twice.", l.Grade)
		}
		seen[l.key()] = true
		if l.PayMax.Cmp(money.MustRate("9999.9999")) > 0 || l.CommissionMax.Cmp(l.PayMax) > 0 {
			refuse("commission_max", "over_pay", "The commission is higher than the pay. Check both rates.", l.CommissionMax.String())
		}
	}
	fields = append(fields, storable(n.Lines, known)...)
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return lineOf(a.Name) - lineOf(b.Name) })
	if len(fields) > 0 {
		return fault.ErrInvalid.With(fields...)
	}
	return nil
}

// lineOf is the line that the name of a field speaks of, or -1.
func lineOf(name string) int {
	rest, ok := strings.CutPrefix(name, "lines.")
	at, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(at)
	if !ok || err != nil {
		return -1
	}
	return n
}
