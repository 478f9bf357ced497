package events

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"wardbridge/tenants"
)

// Audible is an event that concerns more parties than the one that emitted it.
// Audience names them from what the event carries; it asks no database.
type Audible interface {
	Audience() []tenants.Party
}

// Delivery is one job that an event calls for: which subscriber hears it, as whom.
type Delivery struct {
	Subscriber string
	Party      tenants.Party
}

// Bus is the register of who listens to what. It is filled while the house is
// put together and only read after that.
type Bus struct {
	mu          sync.RWMutex
	subscribers map[string]subscriber
	byEvent     map[string][]string // in the order of registration
}

type subscriber struct {
	event string
	each  bool
	hear  func(context.Context, *tenants.Tx, json.RawMessage) error
}

// New makes an empty bus.
func New() *Bus {
	return &Bus{subscribers: map[string]subscriber{}, byEvent: map[string][]string{}}
}

// On has fn called once for every event of this type, as the party that emitted
// it. A name that is taken panics: two subscribers must never share their jobs.
func On[E tenants.Event](b *Bus, name string, fn func(context.Context, *tenants.Tx, E) error) {
	subscribe(b, name, false, fn)
}

// OnEach has fn called once for every party in the event's audience, each time
// as that party and in a unit of work of its own, so that one party's trouble
// does not hold up another. A name that is taken panics.
func OnEach[E interface {
	tenants.Event
	Audible
}](b *Bus, name string, fn func(context.Context, *tenants.Tx, E) error) {
	subscribe(b, name, true, fn)
}

func subscribe[E tenants.Event](b *Bus, name string, each bool, fn func(context.Context, *tenants.Tx, E) error) {
	var zero E
	s := subscriber{event: zero.EventName(), each: each}
	s.hear = func(ctx context.Context, tx *tenants.Tx, payload json.RawMessage) error {
		var e E
		if err := json.Unmarshal(payload, &e); err != nil {
			return fmt.Errorf("event %s: %w", s.event, err)
		}
		return fn(ctx, tx, e)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if name == "" || s.event == "" {
		panic(fmt.Sprintf("events: subscriber %q of event %q: both need a name", name, s.event))
	}
	if _, taken := b.subscribers[name]; taken {
		panic("events: two subscribers are called " + name)
	}
	b.subscribers[name] = s
	b.byEvent[s.event] = append(b.byEvent[s.event], name)
}

// Deliveries lists what an event calls for when this party emits it.
func (b *Bus) Deliveries(me tenants.Party, e tenants.Event) ([]Delivery, error) {
	parties, err := audience(e)
	if err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var all []Delivery
	for _, name := range b.byEvent[e.EventName()] {
		if !b.subscribers[name].each {
			all = append(all, Delivery{Subscriber: name, Party: me})
			continue
		}
		for _, p := range parties {
			all = append(all, Delivery{Subscriber: name, Party: p})
		}
	}
	return all, nil
}

// Knows reports whether somebody of this name listens. An older process may be
// handed a delivery for a subscriber that only a newer one has.
func (b *Bus) Knows(name string) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	_, ok := b.subscribers[name]
	return ok
}

// Hear calls one subscriber with an event's payload, inside the unit of work of
// the party that the delivery was for.
func (b *Bus) Hear(ctx context.Context, tx *tenants.Tx, name string, payload json.RawMessage) error {
	b.mu.RLock()
	s, ok := b.subscribers[name]
	b.mu.RUnlock()
	if !ok {
		return fmt.Errorf("events: nobody is called %s", name)
	}
	return s.hear(ctx, tx, payload)
}

// audience is the event's parties, each once, and each a party that can be
// worked for: a half-named one is a mistake in the event, not a delivery to lose.
func audience(e tenants.Event) ([]tenants.Party, error) {
	a, ok := e.(Audible)
	if !ok {
		return nil, nil
	}
	var parties []tenants.Party
	seen := map[tenants.Party]bool{}
	for _, p := range a.Audience() {
		if p.ID == (tenants.ID{}) || p.Kind == "" {
			return nil, fmt.Errorf("event %s: its audience names a party without id or kind", e.EventName())
		}
		if !seen[p] {
			seen[p] = true
			parties = append(parties, p)
		}
	}
	return parties, nil
}
