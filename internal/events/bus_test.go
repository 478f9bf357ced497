package events_test

import (
	"context"
	"slices"
	"testing"

	"wardbridge/internal/events"
	"wardbridge/tenants"
)

type released struct {
	Shift    string          `json:"shift"`
	Agencies []tenants.Party `json:"agencies,omitempty"`
}

func (released) EventName() string           { return "test.released" }
func (r released) Audience() []tenants.Party { return r.Agencies }

type closed struct{}

func (closed) EventName() string { return "test.closed" }

func nothing[E tenants.Event](context.Context, *tenants.Tx, E) error { return nil }

func party(k tenants.Kind) tenants.Party { return tenants.Party{ID: tenants.NewID(), Kind: k} }

func TestDeliveries_oneForTheEmitterAndOneForEachOfTheAudience(t *testing.T) {
	t.Parallel()
	bus, trust, one, two := events.New(), party(tenants.Trust), party(tenants.Agency), party(tenants.Worker)
	events.On(bus, "a", nothing[released])
	events.OnEach(bus, "b", nothing[released])
	events.On(bus, "c", nothing[closed])

	got, err := bus.Deliveries(trust, released{Agencies: []tenants.Party{one, two, one}})

	want := []events.Delivery{{Subscriber: "a", Party: trust}, {Subscriber: "b", Party: one}, {Subscriber: "b", Party: two}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("deliveries = %v, %v, want %v", got, err, want)
	}
}

func TestDeliveries_refuseAnAudienceThatIsNobody(t *testing.T) {
	t.Parallel()
	bus := events.New()
	events.OnEach(bus, "b", nothing[released])

	_, err := bus.Deliveries(party(tenants.Trust), released{Agencies: []tenants.Party{{Kind: tenants.Agency}}})

	if err == nil {
		t.Error("a party without an id is a mistake in the event")
	}
}

func TestOn_refusesATakenName(t *testing.T) {
	t.Parallel()
	bus := events.New()
	events.On(bus, "a", nothing[released])
	defer func() {
		if recover() == nil {
			t.Error("two subscribers of one name would share their jobs")
		}
	}()

	events.On(bus, "a", nothing[closed])
}

func TestCursor_readsWhatItWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []events.Cursor{{}, {Transaction: 1, ID: 2}, {Transaction: 1 << 40, ID: 1 << 40}} {
		got, err := events.ParseCursor(c.String())
		if err != nil || got != c {
			t.Errorf("%v reads as %v, %v", c, got, err)
		}
	}
	if c, err := events.ParseCursor(""); err != nil || c != (events.Cursor{}) {
		t.Errorf("an empty cursor is the beginning, not %v, %v", c, err)
	}
	for _, bad := range []string{"x", "1-", "-1", "1--1", "é-1"} {
		if _, err := events.ParseCursor(bad); err == nil {
			t.Errorf("%q is no cursor", bad)
		}
	}
}
