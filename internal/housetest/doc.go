// Package housetest reads the house's own source and says where it leaves its
// plan: imports that go up, files and functions over budget, names that say
// nothing, SQL that is put together, units of work begun where none may be.
// Each test reads as the rule it keeps.
package housetest
