// A chapter that trains, stopped by a signal: it finishes its step, writes what it has and says so, and ends
// by the signal.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "programs.h"

namespace doxa::testing {
namespace {

// A shell's command in a group of processes of its own, as a terminal's foreground job is.
class Job {
 public:
  Job(const Scratch& folder, const std::string& command) : out_(folder / "out") {
    const std::string line = command + " >" + shell_word(out_.string()) + " 2>&1";
    group_ = ::fork();
    if (group_ != 0) return;
    ::setpgid(0, 0);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    ::execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ~Job() {
    if (group_ > 0 && !ended_) ::kill(-group_, SIGKILL), wait();
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  std::string out() const { return content(out_); }
  bool wait_for(const std::string& text) const {
    for (int i = 0; i < 3000; ++i) {
      if (out().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void signal_all(int signal) const { ::kill(-group_, signal); }
  int wait() {
    int status = 0;
    ::waitpid(group_, &status, 0);
    ended_ = true;
    return status;
  }

 private:
  std::filesystem::path out_;
  pid_t group_;
  bool ended_ = false;
};

// All that a writer puts into a pipe; less if it does not come, or stops for ten seconds.
std::string read_pipe(const std::filesystem::path& path) {
  pollfd pipe{.fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK), .events = POLLIN, .revents = 0};
  std::string all(1 << 20, '\0');
  std::size_t size = 0;
  while (::poll(&pipe, 1, 10'000) > 0) {
    const ssize_t n = ::read(pipe.fd, all.data() + size, all.size() - size);
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  ::close(pipe.fd);
  return all.substr(0, size);
}

// Long enough that the signal comes before the end, and cheap to score.
std::string training(const Scratch& scratch) {
  return program("10-filtering-posterior") +
         " --quick --only learning --variant markov --hidden 4 --horizon 4 --steps 2000000 --out " +
         shell_word((scratch / "run").string());
}

TEST(Signals, StopATrainingRunThatSaysSo) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Scratch scratch;
    Job job(scratch, "exec " + training(scratch));
    ASSERT_TRUE(job.wait_for("observations; episodes of 4 steps")) << job.out();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    job.signal_all(signal);
    const int status = job.wait();
    ASSERT_TRUE(WIFSIGNALED(status)) << status << job.out();
    EXPECT_EQ(WTERMSIG(status), signal);
    const std::string name = signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
    const std::string results = content(scratch / "run" / "results.json");
    EXPECT_NE(results.find("\"stopped\": \"by " + name + " after step "), std::string::npos) << results;
    EXPECT_TRUE(std::filesystem::exists(scratch / "run" / "markov.safetensors"));
    EXPECT_NE(job.out().find("the others were not checked"), std::string::npos) << job.out();
    EXPECT_EQ(job.out().find("hold\n"), std::string::npos) << job.out();
  }
}

// The chapter trains a smaller model before, for one episode. Nothing of it is kept, but the results say what
// happened, and no later section begins.
TEST(Signals, StopTheFirstTrainingOfAChapterToo) {
  const Scratch scratch;
  Job job(scratch,
          "exec " + program("10-filtering-posterior") + " --out " + shell_word((scratch / "run").string()));
  ASSERT_TRUE(job.wait_for("observations; episodes of 32 steps")) << job.out();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // of seconds
  job.signal_all(SIGTERM);
  EXPECT_EQ(WTERMSIG(job.wait()), SIGTERM);
  const std::string results = content(scratch / "run" / "results.json");
  EXPECT_NE(results.find("\"stopped\": \"by SIGTERM after step "), std::string::npos) << results << job.out();
  EXPECT_NE(results.find(" of the latent of one number\""), std::string::npos) << results << job.out();
  EXPECT_FALSE(std::filesystem::exists(scratch / "run" / "markov.safetensors"));
}

// As `timeout` sends it: to the program, and then to all of its group.
TEST(Signals, SentTwiceAtOnceAreOneRequest) {
  const Scratch scratch;
  Job job(scratch, "exec " + training(scratch));
  ASSERT_TRUE(job.wait_for("observations; episodes of 4 steps")) << job.out();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (int i = 0; i < 3; ++i) {
    job.signal_all(SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(WTERMSIG(job.wait()), SIGTERM);
  EXPECT_NE(content(scratch / "run" / "results.json").find("by SIGTERM"), std::string::npos) << job.out();
}

// While results are written, which here waits for the reader of a pipe: all files are of one run.
TEST(Signals, LetAChapterWriteAllItsFiles) {
  const Scratch scratch;
  const std::filesystem::path run = scratch / "run", pipe = run / "asymmetry.svg";
  std::filesystem::create_directory(run);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Job job(scratch, "exec " + program("02-gaussians") + " --quick --out " + shell_word(run.string()));
  ASSERT_TRUE(job.wait_for("claims hold\n")) << job.out();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  job.signal_all(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(read_pipe(pipe).ends_with("</svg>\n"));
  const int status = job.wait();
  ASSERT_TRUE(WIFSIGNALED(status)) << status << job.out();
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  EXPECT_TRUE(std::filesystem::exists(run / "results.json"));
}

// Under nohup a lost connection does not stop it.
TEST(Signals, ThatAreIgnoredStayIgnored) {
  const Scratch scratch;
  Job job(scratch, "trap '' HUP; exec " + training(scratch));
  ASSERT_TRUE(job.wait_for("observations; episodes of 4 steps")) << job.out();
  job.signal_all(SIGHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  job.signal_all(SIGTERM);
  EXPECT_EQ(WTERMSIG(job.wait()), SIGTERM);
  EXPECT_EQ(job.out().find("SIGHUP"), std::string::npos);
}

// Ctrl-C goes to the shell as well, which ends a loop if it sees that the program died of it.
TEST(Signals, CtrlCEndsALoopAroundTheProgram) {
  for (const std::string shell : {"sh", "bash"}) {
    if (shell == "bash" && !std::filesystem::exists("/bin/bash")) continue;
    const Scratch scratch;
    Job job(scratch, shell + " -c 'for s in 1 2 3; do echo begin $s; \"$@\"; echo end $s; done' x " +
                         training(scratch));
    ASSERT_TRUE(job.wait_for("observations; episodes of 4 steps")) << job.out();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    job.signal_all(SIGINT);
    job.wait();
    EXPECT_NE(job.out().find("stopped by SIGINT"), std::string::npos) << job.out();
    EXPECT_EQ(job.out().find("begin 2"), std::string::npos) << shell << "\n" << job.out();
    EXPECT_EQ(job.out().find("end 1"), std::string::npos) << shell << "\n" << job.out();
  }
}

}  // namespace
}  // namespace doxa::testing
