package cards

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	openapi.Get(r, "/cards", rbac.CardRead, "List rate cards", s.listCards,
		openapi.Describe("Every version that one sees, latest first, without its lines. An agency sees those of the employers it has an agreement with."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "agency@meridian.example"} }))
	openapi.Get(r, "/cards/{id}", rbac.CardRead, "Get a rate card", s.getCard,
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.card")}}
		}))
	openapi.Post(r, "/cards", rbac.CardManage, "Publish a rate card", s.publish, openapi.Status(201), openapi.Faults(ErrStartsEarly, ErrOnOtherCard, ErrEmployerOnly),
		openapi.Describe("Makes the next version of the card of this name and closes the one before on the day before. A published version is never changed."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Body: map[string]any{"name": "Scientific staff", "valid_from": "2027-04-01", "source": "Trust board, November 2026",
				"lines": []map[string]any{{"grade": "scientific-band-5", "pay_max": "21.5000", "commission_max": "2.0000"}}}}
		}))
}

type rateCardJSON struct {
	ID         tenants.ID  `json:"id"`
	EmployerID tenants.ID  `json:"employer_id"`
	Name       string      `json:"name" example:"Agency nursing"`
	Version    int         `json:"version"`
	ValidFrom  civil.Date  `json:"valid_from"`
	ValidTo    *civil.Date `json:"valid_to" doc:"The last day; null until a later version is published."`
	InForce    bool        `json:"in_force" doc:"It counts for shifts of today."`
	Source     string      `json:"source"`
}

type rateCardLineJSON struct {
	Grade         string     `json:"grade" example:"nurse-band-5"`
	PayMax        money.Rate `json:"pay_max" doc:"The highest core pay rate an hour; other bands multiply it."`
	CommissionMax money.Rate `json:"commission_max" doc:"The highest commission for each paid hour."`
}

type rateCardWithLinesJSON struct {
	rateCardJSON
	Lines []rateCardLineJSON `json:"lines"`
}

func cardOut(c Card, today civil.Date) rateCardJSON {
	out := rateCardJSON{ID: c.ID, EmployerID: c.TenantID, Name: c.Name, Version: c.Version, ValidFrom: c.ValidFrom, InForce: c.On(today), Source: c.Source}
	if !c.ValidTo.IsZero() {
		out.ValidTo = &c.ValidTo
	}
	return out
}

func wholeCard(c Card, today civil.Date) rateCardWithLinesJSON {
	out := rateCardWithLinesJSON{rateCardJSON: cardOut(c, today)}
	for _, l := range c.Lines {
		out.Lines = append(out.Lines, rateCardLineJSON{l.Grade, l.PayMax, l.CommissionMax})
	}
	return out
}

type cardsIn struct {
	Employer tenants.ID  `query:"employer" doc:"Only this employer's."`
	On       *civil.Date `query:"on" doc:"Only versions in force on this day."`
}

func (s *Service) listCards(ctx context.Context, tx *tenants.Tx, in cardsIn) (list openapi.List[rateCardJSON], err error) {
	all, err := s.List(ctx, tx)
	for _, c := range all {
		if (in.Employer == (tenants.ID{}) || in.Employer == c.TenantID) && (in.On == nil || c.On(*in.On)) {
			list.Data = append(list.Data, cardOut(c, civil.DateOf(tx.Now)))
		}
	}
	return list, err
}

type cardIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) getCard(ctx context.Context, tx *tenants.Tx, in cardIn) (rateCardWithLinesJSON, error) {
	c, err := s.Get(ctx, tx, in.ID)
	return wholeCard(c, civil.DateOf(tx.Now)), err
}

type rateCardLineInput struct {
	Grade         string     `json:"grade" maxlen:"40" example:"nurse-band-5"`
	PayMax        money.Rate `json:"pay_max"`
	CommissionMax money.Rate `json:"commission_max"`
}

type publishIn struct {
	Body struct {
		Name      string              `json:"name" minlen:"2" maxlen:"120"`
		ValidFrom civil.Date          `json:"valid_from"`
		Source    string              `json:"source,omitempty" maxlen:"300" doc:"The agreement, framework or board paper behind it."`
		Lines     []rateCardLineInput `json:"lines" minlen:"1" maxlen:"500"`
	}
}

func (s *Service) publish(ctx context.Context, tx *tenants.Tx, in publishIn) (rateCardWithLinesJSON, error) {
	n := NewCard{Name: in.Body.Name, ValidFrom: in.Body.ValidFrom, Source: in.Body.Source}
	for _, l := range in.Body.Lines {
		n.Lines = append(n.Lines, NewLine(l))
	}
	c, err := s.Publish(ctx, tx, n)
	return wholeCard(c, civil.DateOf(tx.Now)), err
}
