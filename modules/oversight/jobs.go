package oversight

import (
	"context"

	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// JobFilter narrows the list of jobs.
type JobFilter struct {
	States []jobs.State
	Name   string // a kind of job or a subscriber
	Cursor paging.Cursor
	Limit  int
}

// Jobs lists jobs of every party, newest first, for platform staff. It reads the
// queue and not through a Tx, because no party has a right on jobs.
func (s *Service) Jobs(ctx context.Context, f JobFilter) ([]jobs.Job, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var before int64
	if f.Cursor != "" {
		if err := paging.Decode(f.Cursor, &before); err != nil {
			return nil, "", err
		}
	}
	page, err := s.queue.List(ctx, jobs.Filter{States: f.States, Name: f.Name, Before: before, Limit: limit})
	if err != nil || len(page) < limit {
		return page, "", err
	}
	return page, paging.Encode(page[limit-1].ID), nil
}

// Retry has a failed job tried again now. What it had done in steps stays done.
func (s *Service) Retry(ctx context.Context, tx *tenants.Tx, id int64) error {
	return s.queue.Retry(ctx, tx, id)
}
