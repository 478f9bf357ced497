package cards

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	const one = "/rate-cards/{id}"
	as := func(who, thing string, body any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: who, Body: body}
			if thing != "" {
				c.Path = map[string]string{"id": w.ID(thing)}
			}
			return c
		})
	}
	const admin, finance, card, draft, waiting = "admin@kingsmere.example", "finance@kingsmere.example", "kingsmere.card", "kingsmere.card.draft", "kingsmere.card.submitted"
	openapi.Get(r, "/rate-cards", rbac.CardRead, "List rate cards", s.listCards, as("agency@meridian.example", "", nil),
		openapi.Describe("Every version that one sees, latest first, without its lines. An agency sees those of the employers it has an agreement with, but none that is for another agency."))
	openapi.Get(r, one, rbac.CardRead, "Get a rate card", s.getCard, as(admin, card, nil))
	openapi.Get(r, one+"/report", rbac.CardRead, "Check a rate card", s.getReport, as(admin, waiting, nil),
		openapi.Describe("What is wrong with a version, in plain words: overlaps, gaps, rates over a cap or under the minimum wage, and whatever else would keep it from being published."))
	openapi.Get(r, one+"/gaps", rbac.CardRead, "List the gaps of a rate card", s.getGaps, as(admin, card, nil),
		openapi.Describe("Work that the employer asks for and that would have no rate once the version is in force beside its other cards."))
	openapi.Get(r, one+"/diff", rbac.CardRead, "Compare a rate card with the version before", s.getDiff, as(admin, waiting, nil))
	openapi.Get(r, one+"/lines.csv", rbac.CardRead, "Download a rate card as CSV", s.csv, openapi.Produces("text/csv"), as(admin, card, nil))
	openapi.Get(r, one+"/lines.xlsx", rbac.CardRead, "Download a rate card as a workbook", s.workbook, openapi.Produces(workbookType), as(admin, card, nil))

	openapi.Post(r, "/rate-cards", rbac.CardManage, "Prepare a rate card", s.prepare, openapi.Status(201), openapi.Faults(ErrDraftOpen, ErrStartsEarly, ErrEmployerOnly),
		openapi.Describe("Makes a draft: the first version of a card, or the next one of the card of this name. It counts for nothing until a second person publishes it. Lines can also be imported: POST /v1/imports with kind rate-card and the draft as target."),
		as(admin, "", map[string]any{"name": "Scientific staff", "valid_from": "2027-04-01", "source": "Trust board, November 2026",
			"lines": []map[string]any{{"grade": "scientific-band-5", "pay_max": "21.5000", "commission_max": "2.0000"}}}))
	openapi.Post(r, one+"/copy", rbac.CardManage, "Prepare the next version of a rate card", s.copyCard, openapi.Status(201), openapi.Faults(ErrDraftOpen, ErrStartsEarly),
		openapi.Describe("Makes a draft with the lines and the scope of this version."),
		as(admin, "kingsmere.card.second", map[string]any{"valid_from": "2027-10-01", "source": "Trust board, November 2026"}))
	openapi.Post(r, one+"/lines", rbac.CardManage, "Replace the lines of a draft", s.putLines, openapi.Faults(ErrNotDraft, ErrTooLong),
		as(admin, draft, map[string]any{"lines": []map[string]any{{"grade": "ahp-band-5", "pay_max": "21.0000", "commission_max": "2.2000"}}}))
	openapi.Post(r, one+"/submit", rbac.CardManage, "Submit a rate card", s.submit, openapi.Faults(ErrNotDraft),
		openapi.Describe("Asks for publication by a second person. The version is not changed from now on."), as(admin, draft, nil))
	openapi.Post(r, one+"/return", rbac.CardManage, "Return a rate card", s.returnCard, openapi.Faults(ErrNotSubmitted), as(finance, waiting, nil),
		openapi.Describe("Makes a submitted version a draft again."))
	openapi.Post(r, one+"/publish", rbac.CardManage, "Publish a rate card", s.approve, as(finance, waiting, nil),
		openapi.Faults(ErrNotSubmitted, ErrIsPublished, ErrStartsEarly, ErrEmpty, ErrStartsInPast, ErrSecondApprover, ErrInexact, ErrGrade, ErrOverlap, ErrRoute, ErrUnderMinimum, ErrAboveCap, ErrGap),
		openapi.Describe("A second person publishes a submitted version. It is in force from its first day, and the version before ends on the day before. A published version is never changed."))
	openapi.Post(r, one+"/discard", rbac.CardManage, "Discard a rate card", s.discard, openapi.Faults(ErrIsPublished),
		openapi.Describe("Deletes a version that was never published."), as(admin, draft, nil))
}

type cardsIn struct {
	Employer tenants.ID  `query:"employer" doc:"Only this employer's."`
	On       *civil.Date `query:"on" doc:"Only versions in force on this day."`
	Status   string      `query:"status" enum:"draft,submitted,published"`
}

func (s *Service) listCards(ctx context.Context, tx *tenants.Tx, in cardsIn) (list openapi.List[rateCardJSON], err error) {
	all, err := s.List(ctx, tx)
	for _, c := range all {
		if (in.Employer == (tenants.ID{}) || in.Employer == c.TenantID) && (in.On == nil || c.On(*in.On)) && (in.Status == "" || in.Status == string(c.Status)) {
			list.Data = append(list.Data, cardOut(c, civil.DateOf(tx.Now)))
		}
	}
	return list, err
}

type cardIn struct {
	ID tenants.ID `path:"id"`
}

func whole(tx *tenants.Tx, c Card, err error) (rateCardWithLinesJSON, error) {
	return wholeCard(c, civil.DateOf(tx.Now)), err
}

func (s *Service) getCard(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardWithLinesJSON, error) {
	c, err := get(ctx, tx, in.ID)
	return whole(tx, c, err)
}

func (s *Service) getReport(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardReportJSON, error) {
	report, err := s.Report(ctx, tx, in.ID)
	return reportOut(report), err
}

func (s *Service) getGaps(ctx context.Context, tx *tenants.Tx, in cardIn) (list openapi.List[rateCardGapJSON], err error) {
	report, err := s.Report(ctx, tx, in.ID)
	for _, g := range report.Gaps {
		list.Data = append(list.Data, rateCardGapJSON{g.StaffGroup, g.Grade, string(g.Class), g.Shifts, append([]tenants.ID{}, g.Sites...), g.Blocks})
	}
	return list, err
}

func (s *Service) getDiff(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardDiffJSON, error) {
	d, err := s.Diff(ctx, tx, in.ID)
	return diffOut(d), err
}

type prepareIn struct {
	Body struct {
		Name      string              `json:"name" minlen:"2" maxlen:"120"`
		ValidFrom civil.Date          `json:"valid_from"`
		Source    string              `json:"source,omitempty" maxlen:"300" doc:"The agreement, framework or board paper behind it."`
		Framework string              `json:"framework,omitempty" maxlen:"40"`
		Lot       string              `json:"lot,omitempty" maxlen:"40"`
		AgencyID  tenants.ID          `json:"agency_id,omitempty"`
		Lines     []rateCardLineInput `json:"lines,omitempty" maxlen:"5000"`
	}
}

func (s *Service) prepare(ctx context.Context, tx *tenants.Tx, in prepareIn) (out rateCardWithLinesJSON, err error) {
	n := NewCard{Name: in.Body.Name, ValidFrom: in.Body.ValidFrom, Source: in.Body.Source, Scope: Scope{in.Body.Framework, in.Body.Lot, in.Body.AgencyID}}
	if n.Lines, err = linesIn(in.Body.Lines); err != nil {
		return out, err
	}
	c, err := s.Prepare(ctx, tx, n)
	return whole(tx, c, err)
}

type copyIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		ValidFrom civil.Date `json:"valid_from"`
		Source    string     `json:"source,omitempty" maxlen:"300"`
	}
}

func (s *Service) copyCard(ctx context.Context, tx *tenants.Tx, in copyIn) (rateCardWithLinesJSON, error) {
	c, err := s.Copy(ctx, tx, in.ID, in.Body.ValidFrom, in.Body.Source)
	return whole(tx, c, err)
}

type linesBodyIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Lines []rateCardLineInput `json:"lines" maxlen:"5000"`
	}
}

func (s *Service) putLines(ctx context.Context, tx *tenants.Tx, in linesBodyIn) (out rateCardWithLinesJSON, err error) {
	lines, err := linesIn(in.Body.Lines)
	if err != nil {
		return out, err
	}
	c, err := s.SetLines(ctx, tx, in.ID, lines)
	return whole(tx, c, err)
}

func (s *Service) submit(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardJSON, error) {
	c, err := s.Submit(ctx, tx, in.ID)
	return cardOut(c, civil.DateOf(tx.Now)), err
}

func (s *Service) returnCard(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardJSON, error) {
	c, err := s.Return(ctx, tx, in.ID)
	return cardOut(c, civil.DateOf(tx.Now)), err
}

func (s *Service) approve(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardJSON, error) {
	c, err := s.Approve(ctx, tx, in.ID)
	return cardOut(c, civil.DateOf(tx.Now)), err
}

func (s *Service) discard(ctx context.Context, tx *tenants.Tx, in cardIn) (openapi.None, error) {
	return openapi.None{}, s.Discard(ctx, tx, in.ID)
}

func (s *Service) csv(ctx context.Context, tx *tenants.Tx, in cardIn) (openapi.File, error) {
	return s.Export(ctx, tx, in.ID, false)
}

func (s *Service) workbook(ctx context.Context, tx *tenants.Tx, in cardIn) (openapi.File, error) {
	return s.Export(ctx, tx, in.ID, true)
}
