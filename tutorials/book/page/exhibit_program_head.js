// The program of all exhibits as a function, which a page turns into a worker: loading the file runs nothing.
doxa.exhibitProgram(function (ready) {
