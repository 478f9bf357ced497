package main

import (
	"fmt"

	"wardbridge/internal/mail"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
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
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/rbac"
)

// services are the rooms of the house, from the ground floor up.
type services struct {
	accounts   *accounts.Service
	packs      *packs.Service
	places     *places.Service
	agencies   *agencies.Service
	workers    *workers.Service
	diary      *diary.Service
	cards      *cards.Service
	quotes     *rates.Quotes
	shifts     *shifts.Service
	cascade    *cascade.Service
	bookings   *bookings.Service
	proposals  *proposals.Service
	timesheets *timesheets.Service
	billing    *billing.Service
	notices    *notices.Service
	exchange   *exchange.Service
	oversight  *oversight.Service
}

// furnish makes every service, in the order of the floors, and lets it hear what
// it listens to.
func furnish(h *House, gate *rbac.Gate) (services, error) {
	var s services
	s.accounts = accounts.New(gate)
	s.packs = packs.New()
	s.places = places.New()
	s.agencies = agencies.New(s.packs)
	s.workers = workers.New(s.packs)
	s.diary = diary.New()
	s.cards = cards.New()
	s.quotes = rates.NewQuotes(s.packs, s.agencies, s.cards)
	s.shifts = shifts.New(s.places, s.packs)
	s.cascade = cascade.New(s.shifts, s.agencies, s.places)
	s.bookings = bookings.New(s.diary, s.shifts, s.quotes)
	s.proposals = proposals.New(proposals.Floors{Packs: s.packs, Agencies: s.agencies, Workers: s.workers, Diary: s.diary,
		Cards: s.cards, Quotes: s.quotes, Shifts: s.shifts, Cascade: s.cascade, Bookings: s.bookings})
	s.timesheets = timesheets.New(s.agencies, s.bookings, s.quotes)
	s.billing = billing.New(s.agencies, s.places, s.timesheets)
	post, err := postOf(h.config)
	if err != nil {
		return s, err
	}
	s.notices = notices.New(post, notices.Rooms{Accounts: s.accounts, Places: s.places, Shifts: s.shifts, Cascade: s.cascade,
		Bookings: s.bookings, Proposals: s.proposals, Timesheets: s.timesheets, Billing: s.billing})
	s.exchange = exchange.New(s.places)
	s.exchange.Register(shifts.Sheet, exchange.Shifts(s.shifts, s.cascade))
	s.oversight = oversight.New(h.queue)

	s.cascade.Listen(h.bus, h.queue)
	s.proposals.Subscribe(h.bus)
	s.timesheets.Subscribe(h.bus, h.queue)
	s.notices.Subscribe(h.bus, h.queue)
	s.exchange.Listen(h.queue)
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
func (s services) routes(r *openapi.Router) {
	for _, room := range []interface{ Routes(*openapi.Router) }{
		s.accounts, s.shifts, s.cascade, s.bookings, s.proposals, s.timesheets, s.billing, s.notices, s.oversight,
	} {
		room.Routes(r)
	}
}
