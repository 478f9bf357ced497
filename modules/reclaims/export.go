package reclaims

import (
	"context"
	"io"

	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

const typeCSV = "text/csv; charset=utf-8"

// fileAtOnce is how many bookings a file holds at a time.
const fileAtOnce = 1000

var titles = []string{"ground", "agency", "worked_on", "shift_ref", "timesheet_ref", "worker", "grade", "bill_number", "net", "vat_charged", "net_not_billed", "vat_not_billed_indicative"}

// File is the bookings of a review as a download, one row each. It is written as
// it is read.
func (s *Service) File(ctx context.Context, tx *tenants.Tx, f Filter) (openapi.File, error) {
	r, of, err := s.review(ctx, tx)
	if err != nil {
		return openapi.File{}, err
	}
	if f.Ground == "" {
		f.Ground = Claim
	}
	name := "vat-" + string(f.Ground) + "-" + r.To.String() + ".csv"
	return openapi.File{Name: name, ContentType: typeCSV, Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		file := sheets.NewCSV(w, titles)
		for after := (mark{}); ; {
			rows, err := s.page(ctx, tx, &r, f, of, after, fileAtOnce)
			if err != nil {
				return err
			}
			for _, b := range rows {
				err := file.Row(string(f.Ground), b.Agency, b.WorkedOn.String(), b.ShiftRef, b.TimesheetRef, b.WorkerName, b.Grade, b.Number,
					b.Net.Plain(), b.VAT.Plain(), b.WaitingNet.Plain(), b.WaitingVAT.Plain())
				if err != nil {
					return err
				}
				after = mark{b.WorkedOn, b.TimesheetID}
			}
			if len(rows) < fileAtOnce {
				return file.Close()
			}
		}
	}}, nil
}
