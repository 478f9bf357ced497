package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const header = "external_ref,ward,grade,date,start,end,break_minutes,reason,notes"

func shiftRow(ref, ward string) string {
	day := time.Now().AddDate(0, 0, 20).Format("02/01/2006")
	return ref + "," + ward + ",Band 5 nurse," + day + ",07:00,19:30,60,Vacancy,"
}

// onePixel is a PNG.
var onePixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

// TestImport_refusesWhatIsNoShiftFileAndLeavesNothing: the status, the code and
// an untouched database.
func TestImport_refusesWhatIsNoShiftFileAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"a heading is missing", lines("external_ref,grade,date,start,end,reason", "R1,Band 5 nurse,01/12/2026,07:00,19:30,Vacancy"), 422, "header_missing"},
		{"a heading stands twice", lines(header+",ward", shiftRow("R1", "Oak Ward")+",Elm Ward"), 422, "header_duplicate"},
		{"an empty file", "", 422, "file_empty"},
		{"a picture with another name", string(onePixel), 415, "file_not_a_table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.counts()

			status, answer := s.call("POST", "/v1/imports?kind=shifts", "text/csv", strings.NewReader(c.body))

			if status != c.status || answer["code"] != c.code {
				t.Errorf("answers %d %v (%v)", status, answer["code"], answer["detail"])
			}
			if after := s.counts(); !maps.Equal(before, after) {
				t.Errorf("tables changed: %v became %v", before, after)
			}
		})
	}
}

// TestImport_refusesAFileOverTheLimitBeforeReadingIt.
func TestImport_refusesAFileOverTheLimitBeforeReadingIt(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	before := s.counts()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	fmt.Fprintf(conn, "POST /v1/imports?kind=shifts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: over\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n", s.key, 257<<20)
	fmt.Fprint(conn, strings.Repeat("a,b,c\n", 20_000))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)

	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatalf("answers %v, %v", res, err)
	}
	if after := s.counts(); !maps.Equal(before, after) {
		t.Errorf("tables changed: %v became %v", before, after)
	}
}

// imported sends a file and waits until it has been dealt with.
func (s *small) imported(query, body string) (id string, i map[string]any) {
	s.t.Helper()
	status, answer := s.call("POST", "/v1/imports?kind=shifts"+query, "text/csv", strings.NewReader(body))
	if status != http.StatusAccepted {
		s.t.Fatalf("answers %d %v", status, answer)
	}
	s.settle()
	id = answer["id"].(string)
	_, i = s.call("GET", "/v1/imports/"+id, "", nil)
	return id, i
}

// problems lists what was wrong with an import's rows: row, column, code, suggestion.
func (s *small) problems(id string) (all []string) {
	s.t.Helper()
	_, answer := s.call("GET", "/v1/imports/"+id+"/errors", "", nil)
	for _, e := range answer["data"].([]any) {
		m := e.(map[string]any)
		all = append(all, fmt.Sprintf("%v %v %v %v", m["row"], m["column"], m["code"], m["suggestion"]))
	}
	return all
}

func hundred(bad string) string {
	rows := []string{header}
	for i := range 100 {
		ward := "Oak Ward"
		if i == 41 {
			ward = bad
		}
		rows = append(rows, shiftRow(fmt.Sprintf("H%03d", i), ward))
	}
	return lines(rows...)
}

func TestImport_appliesNothingWhileARowIsBad(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	before := s.counts()

	id, i := s.imported("&choice=all", hundred("Oka Ward"))

	if i["rows_bad"] != 1.0 || i["created"] != 0.0 {
		t.Errorf("import says %v", i)
	}
	if got := s.problems(id); len(got) != 1 || got[0] != "43 ward ward_unknown Oak Ward" {
		t.Errorf("problems %v", got)
	}
	after := s.counts()
	for _, table := range []string{"shifts", "cascades", "cascade_steps", "due_work", "releases", "counters"} {
		if before[table] != after[table] {
			t.Errorf("%s has %d rows, had %d", table, after[table], before[table])
		}
	}
}

func TestImport_appliesTheGoodRowsWhenAsked(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)

	_, i := s.imported("&choice=good", hundred("Oka Ward"))

	if i["rows_bad"] != 1.0 || i["created"] != 99.0 || i["status"] != "applied" {
		t.Errorf("import says %v", i)
	}
	if n := s.counts()["shifts"]; n != 99 {
		t.Errorf("%d shifts", n)
	}
}

func TestImport_ofTheSameFileTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	file := lines(header, shiftRow("A1", "Oak Ward"), shiftRow("A2", "Elm Ward"))
	s.imported("", file)
	first := s.counts()

	_, i := s.imported("", file)

	if i["unchanged"] != 2.0 || i["created"] != 0.0 {
		t.Errorf("import says %v", i)
	}
	if second := s.counts(); first["shifts"] != second["shifts"] || first["cascades"] != second["cascades"] {
		t.Errorf("%d shifts became %d", first["shifts"], second["shifts"])
	}
}

func TestImport_namesADuplicatedReference(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)

	id, i := s.imported("", lines(header, shiftRow("D1", "Oak Ward"), shiftRow("D1", "Elm Ward")))

	if i["created"] != 0.0 {
		t.Errorf("import says %v", i)
	}
	got := strings.Join(s.problems(id), "; ")
	if !strings.Contains(got, "external_ref") || !strings.Contains(got, "3 ") {
		t.Errorf("problems %s", got)
	}
}

func TestImport_readsWindows1252AndSaysSo(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	row := shiftRow("W1", "Oak Ward") + "Caf\xe9 on the ground floor, \xa310 voucher"

	_, i := s.imported("", lines(header, strings.Replace(row, ",Caf", ",\"Caf", 1)+"\""))

	if i["status"] != "applied" || i["created"] != 1.0 || !strings.Contains(fmt.Sprint(i["notices"]), "Windows") {
		t.Errorf("import says %v", i)
	}
	_, answer := s.call("GET", "/v1/shifts", "", nil)
	if got := fmt.Sprint(answer["data"]); !strings.Contains(got, "Café on the ground floor, £10 voucher") {
		t.Errorf("shifts %s", got)
	}
}
