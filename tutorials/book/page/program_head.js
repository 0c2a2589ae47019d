// A chapter's program as a function, which a page turns into a worker: loading the file runs nothing.
doxa.program(function (given, post) {
