package openapi_test

import (
	"context"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestOnce_remembersForEveryKindOfPartyAndForItAlone(t *testing.T) {
	t.Parallel()
	for _, kind := range []tenants.Kind{tenants.Trust, tenants.Hub, tenants.Practice, tenants.Agency, tenants.Platform} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			me, other := pgtest.Org(t, kind), pgtest.Org(t, kind)
			credential, acts := tenants.NewID(), 0
			act := func(who tenants.Party) (a openapi.Answer) {
				pgtest.Run(t, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
					a, err = openapi.Once(ctx, tx, credential, "post-thing", "key-1", []byte("hash"), func() (openapi.Answer, error) {
						acts++
						return openapi.Answer{Status: 201, Body: []byte("made")}, nil
					})
					return err
				})
				return a
			}

			first, again, others := act(me), act(me), act(other)

			if first.Replayed || !again.Replayed || string(again.Body) != "made" || again.Status != 201 {
				t.Errorf("got %+v, then %+v", first, again)
			}
			if others.Replayed || acts != 2 {
				t.Errorf("another party got %+v, %d acts", others, acts)
			}
		})
	}
}
