package house

import (
	"fmt"

	"wardbridge/internal/mail"
	"wardbridge/modules/accounts"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/billing"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/diary"
	"wardbridge/modules/exchange"
	"wardbridge/modules/notices"
	"wardbridge/modules/oversight"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/reclaims"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/rbac"
)

// Services are the rooms of the house, from the ground floor up.
type Services struct {
	Accounts    *accounts.Service
	Packs       *packs.Service
	Places      *places.Service
	Approvals   *approvals.Service
	Agencies    *agencies.Service
	Workers     *workers.Service
	Diary       *diary.Service
	Cards       *cards.Service
	Quotes      *quotes.Service
	Shifts      *shifts.Service
	Cascade     *cascade.Service
	Bookings    *bookings.Service
	Proposals   *proposals.Service
	Timesheets  *timesheets.Service
	Adjustments *adjustments.Service
	Billing     *billing.Service
	Reclaims    *reclaims.Service
	Notices     *notices.Service
	Exchange    *exchange.Service
	Oversight   *oversight.Service
}

// furnish makes every service, in the order of the floors, and lets it hear what
// it listens to.
func furnish(h *House, gate *rbac.Gate) (Services, error) {
	var s Services
	s.Accounts = accounts.New(gate)
	s.Packs = packs.New()
	s.Places = places.New()
	s.Approvals = approvals.New(gate, s.Accounts, s.Packs)
	s.Agencies = agencies.New(s.Packs)
	s.Workers = workers.New(s.Packs)
	s.Diary = diary.New()
	s.Cards = cards.New()
	s.Quotes = quotes.New(s.Packs, s.Agencies, s.Workers, s.Diary, s.Cards, s.Places)
	s.Shifts = shifts.New(s.Places, s.Packs)
	s.Cards.Learn(cards.Sources{Work: s.Shifts.Work})
	s.Cascade = cascade.New(s.Shifts, s.Agencies, s.Places)
	s.Bookings = bookings.New(s.Diary, s.Shifts, s.Quotes, s.Approvals)
	s.Proposals = proposals.New(proposals.Floors{Packs: s.Packs, Approvals: s.Approvals, Agencies: s.Agencies, Workers: s.Workers, Diary: s.Diary,
		Quotes: s.Quotes, Shifts: s.Shifts, Cascade: s.Cascade, Bookings: s.Bookings})
	s.Timesheets = timesheets.New(s.Agencies, s.Bookings, s.Quotes)
	s.Adjustments = adjustments.New(s.Packs, s.Agencies, s.Cards, s.Quotes, s.Timesheets)
	s.Billing = billing.New(s.Agencies, s.Places, s.Timesheets)
	s.Reclaims = reclaims.New(reclaims.Rooms{Packs: s.Packs, Places: s.Places, Agencies: s.Agencies, Shifts: s.Shifts, Cascade: s.Cascade,
		Bookings: s.Bookings, Proposals: s.Proposals, Timesheets: s.Timesheets, Billing: s.Billing})
	post, err := postOf(h.Config)
	if err != nil {
		return s, err
	}
	s.Notices = notices.New(post, notices.Rooms{Accounts: s.Accounts, Places: s.Places, Approvals: s.Approvals, Shifts: s.Shifts, Cascade: s.Cascade,
		Bookings: s.Bookings, Proposals: s.Proposals, Timesheets: s.Timesheets, Billing: s.Billing})
	s.Exchange = exchange.New(s.Places)
	s.Exchange.Register(shifts.Sheet, exchange.Shifts(s.Shifts, s.Cascade))
	s.Exchange.Register(cards.Sheet, exchange.Cards(s.Cards))
	s.Oversight = oversight.New(h.Queue)

	s.Approvals.Listen(h.Queue)
	s.Cascade.Listen(h.Bus, h.Queue)
	s.Proposals.Subscribe(h.Bus)
	s.Timesheets.Subscribe(h.Bus, h.Queue)
	s.Notices.Subscribe(h.Bus, h.Queue)
	s.Exchange.Listen(h.Queue)
	return s, nil
}

// postOf is how mail leaves: by the configured server, or not at all.
func postOf(c Config) (notices.Post, error) {
	if c.MailURL == "" {
		return notices.Post{}, nil
	}
	sender, err := mail.NewSMTP(c.MailURL, c.MailFrom)
	if err != nil {
		return notices.Post{}, fmt.Errorf("WARDBRIDGE_MAIL_URL: %w", err)
	}
	return notices.Post{Sender: sender}, nil
}

// routes puts every operation into the API.
func (s Services) routes(r *openapi.Router) {
	for _, room := range []interface{ Routes(*openapi.Router) }{
		s.Accounts, s.Packs, s.Places, s.Approvals, s.Agencies, s.Workers, s.Cards, s.Quotes, s.Shifts, s.Cascade,
		s.Bookings, s.Proposals, s.Timesheets, s.Adjustments, s.Billing, s.Reclaims, s.Notices, s.Exchange, s.Oversight,
	} {
		room.Routes(r)
	}
}
