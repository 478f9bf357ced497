package events

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"wardbridge/tenants"
)

// channel is where readers of the log are woken. It carries nothing: what there
// is to read stands in the log.
const channel = "wardbridge_events"

// Record writes an event into the log, to be seen by the party that emitted it
// and by its audience, and returns the payload it wrote. The transaction must
// act as the queue: no party has a right on the log.
func Record(ctx context.Context, queue pgx.Tx, me tenants.Party, e tenants.Event) (json.RawMessage, error) {
	parties, err := audience(e)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	ids := []string{me.ID.String()}
	for _, p := range parties {
		if p.ID != me.ID {
			ids = append(ids, p.ID.String())
		}
	}
	_, err = queue.Exec(ctx, `
		with written as (
		    insert into event_log (party_id, parties, name, ref)
		    values ($1::uuid, $2::uuid[], $3, $4::jsonb)
		)
		select pg_notify('`+channel+`', '')`, me.ID.String(), ids, e.EventName(), string(payload))
	return payload, err
}
