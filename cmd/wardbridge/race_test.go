package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"wardbridge/tenants"
)

// atOnce sends the same act from many clients through two servers on one
// database, and gives the answers.
func atOnce(t *testing.T, clients int, key string, path func(i int) string) []reply {
	t.Helper()
	_, _, one := demoHouse(t)
	_, two := served(t, testWorld.urls())
	answers := make([]reply, clients)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			base := []string{one, two}[i%2]
			req, err := http.NewRequest(http.MethodPost, base+path(i), strings.NewReader(""))
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+key)
			req.Header.Set("Idempotency-Key", tenants.NewID().String())
			<-start
			answers[i] = opened(t, base).do(req)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// tally counts answers by status and code.
func tally(t *testing.T, answers []reply) map[string]int {
	t.Helper()
	by := map[string]int{}
	for _, a := range answers {
		var problem struct{ Code, Detail string }
		if a.status/100 == 2 {
			by["done"]++
			continue
		}
		if err := json.Unmarshal([]byte(a.body), &problem); err != nil || problem.Detail == "" {
			t.Errorf("%d %s is no clear refusal", a.status, a.body)
		}
		by[problem.Code]++
	}
	return by
}

func TestTwoServers_acceptOneProposalOfAShift(t *testing.T) {
	t.Parallel()
	_, w, _ := demoHouse(t)
	var shift, ids string // not the one that pages are shown with
	err := pgtestScan(t, &shift, `
		select shift_id::text from proposals
		where  tenant_id = $1 and status = 'submitted' and shift_id not in ($2, $3)
		group  by 1 order by count(*) desc, 1 limit 1`, w.ID("kingsmere"), w.ID("kingsmere.proposal.submitted.shift"), w.ID("meridian.shift.open"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pgtestScan(t, &ids, "select string_agg(id::text, ',') from proposals where shift_id = $1 and status = 'submitted'", shift); err != nil {
		t.Fatal(err)
	}
	proposals := strings.Split(ids, ",")

	answers := atOnce(t, 50, bearer(t, "manager@kingsmere.example"), func(i int) string {
		return "/v1/proposals/" + proposals[i%len(proposals)] + "/accept"
	})

	by := tally(t, answers)
	refused := by["shift_already_filled"] + by["proposal_not_open"] + by["busy_try_again"] + by["proposal_decided"]
	if by["done"] != 1 || refused != 49 {
		t.Errorf("answers %v", by)
	}
	var bookings int
	if err := pgtestScan(t, &bookings, "select count(*) from bookings where shift_id = $1 and status = 'confirmed'", shift); err != nil || bookings != 1 {
		t.Errorf("%d bookings, %v", bookings, err)
	}
}

func TestTwoServers_issueARunOnceWithoutGapOrDuplicate(t *testing.T) {
	t.Parallel()
	_, w, _ := demoHouse(t)
	run := w.ID("kingsmere.self-bill-run.draft")

	answers := atOnce(t, 50, bearer(t, "finance@kingsmere.example"), func(int) string { return "/v1/self-bill-runs/" + run + "/issue" })

	by := tally(t, answers)
	if by["done"] != 1 || by["run_already_issued"]+by["busy_try_again"] != 49 {
		t.Errorf("answers %v", by)
	}
	var gaps, doubles int
	err := pgtestScan(t, &gaps, `
		select count(*) from (
			select left(number, 8) as series, max(right(number, 6)::int) as last, count(*) as n
			from   self_bills where number is not null group by 1) s
		where last <> n`)
	if err != nil || gaps != 0 {
		t.Errorf("%d series have gaps, %v", gaps, err)
	}
	if err := pgtestScan(t, &doubles, "select count(*) - count(distinct number) from self_bills where number is not null"); err != nil || doubles != 0 {
		t.Errorf("%d numbers twice, %v", doubles, err)
	}
}
