// Writes the events of Nexmark as CSV without headers: generate EVENTS FILES FOLDER gives FOLDER/persons/000.csv and so
// on, the same for auctions and bids, so many files each, in the order of time. Event n is a pure function of n: its
// random numbers are those of Java's 48-bit generator seeded with n, and the rules are the published ones, so that
// published counts can be compared. Channels and addresses of bids are drawn after what the rules draw.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int64_t base_time = 1436918400000;  // 2015-07-15T00:00:00Z
constexpr int64_t events_per_millisecond = 10;
constexpr int64_t first_id = 1000;
constexpr int64_t persons_of_50 = 1, auctions_of_50 = 3;
constexpr int64_t auctions_in_flight = 100, active_people = 1000, id_lead = 10;
constexpr int64_t hot_group = 100;

class Random {
 public:
  explicit Random(int64_t seed) : state((static_cast<uint64_t>(seed) ^ factor) & mask) {}

  int32_t bits(int count) {
    state = (state * factor + 0xB) & mask;
    return static_cast<int32_t>(state >> (48 - count));
  }

  /// Evenly from 0 up to the bound.
  int32_t below(int32_t bound) {
    int32_t drawn = bits(31);
    if ((bound & (bound - 1)) == 0) return static_cast<int32_t>((static_cast<int64_t>(bound) * drawn) >> 31);
    while (drawn - drawn % bound > INT32_MAX - (bound - 1)) drawn = bits(31);
    return drawn % bound;
  }

  double fraction() {
    int64_t high = bits(26);
    return static_cast<double>((high << 27) + bits(27)) * 0x1p-53;
  }

  int64_t price() { return static_cast<int64_t>(std::floor(std::pow(10.0, fraction() * 6) * 100 + 0.5)); }

 private:
  static constexpr uint64_t factor = 0x5DEECE66D, mask = (1ULL << 48) - 1;
  uint64_t state;
};

/// A word of 3 letters or more, with blanks in it now and then, but not around it.
void append_words(std::string& text, Random& random, int32_t longest) {
  size_t start = text.size();
  for (int32_t left = 3 + random.below(longest - 3); left > 0; left--) {
    bool blank = random.below(13) == 0;
    char letter = blank ? ' ' : static_cast<char>('a' + random.below(26));
    if (letter != ' ' || text.size() > start) text += letter;
  }
  while (text.size() > start && text.back() == ' ') text.pop_back();
}

/// Letters that bring an event to about its published size.
void append_padding(std::string& text, Random& random, size_t present, size_t average) {
  if (present > average) return;
  auto missing = static_cast<int32_t>(average - present);
  auto spread = static_cast<int32_t>(std::lround(missing * 0.2));
  int32_t length = missing - spread + (spread == 0 ? 0 : random.below(2 * spread));
  for (uint32_t drawn = 0, left = 0; length > 0; length--, left--, drawn /= 26) {
    if (left == 0) {
      drawn = static_cast<uint32_t>(random.bits(32));
      left = 6;
    }
    text += static_cast<char>('a' + drawn % 26);
  }
}

/// The newest person when event n happens, from 0.
int64_t last_person(int64_t n) { return n / 50; }

/// The newest auction when event n happens, from 0; -1 before the first.
int64_t last_auction(int64_t n) {
  int64_t offset = n % 50 - persons_of_50;
  if (offset < 0) return n / 50 * auctions_of_50 - 1;
  return n / 50 * auctions_of_50 + std::min(offset, auctions_of_50 - 1);
}

int64_t some_person(int64_t n, Random& random) {
  int64_t people = last_person(n) + 1, active = std::min(people, active_people);
  return people - active + random.below(static_cast<int32_t>(active + id_lead));
}

int64_t some_auction(int64_t n, Random& random) {
  int64_t newest = last_auction(n), oldest = std::max<int64_t>(newest - auctions_in_flight, 0);
  return oldest + random.below(static_cast<int32_t>(newest - oldest + 1 + id_lead));
}

/// The first of the hundred that the id belongs to.
int64_t hot(int64_t id) { return id / hot_group * hot_group; }

int64_t time_of(int64_t n) { return base_time + n / events_per_millisecond; }

template <typename... Fields>
void append_row(std::string& text, const Fields&... fields) {
  auto append = [&text](const auto& field) {
    if constexpr (std::is_integral_v<std::decay_t<decltype(field)>>) text += std::to_string(field);
    else text += field;
    text += ',';
  };
  (append(fields), ...);
}

void append_person(std::string& text, int64_t n) {
  static const std::vector<std::string> first{
    "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"};
  static const std::vector<std::string> last{
    "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
  static const std::vector<std::string> cities{
    "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"};
  static const std::vector<std::string> states{"AZ", "CA", "ID", "OR", "WA", "WY"};
  Random random(n);
  auto one_of = [&random](const std::vector<std::string>& list) {
    return list[static_cast<size_t>(random.below(static_cast<int32_t>(list.size())))];
  };
  append_row(text, last_person(n) + first_id);
  size_t start = text.size();
  text += one_of(first) + ' ';
  text += one_of(last) + ',';
  append_words(text, random, 7);
  text += '@';
  append_words(text, random, 5);
  text += ".com,";
  for (int group = 0; group < 4; group++) {
    char digits[8];
    std::snprintf(digits, sizeof digits, group == 0 ? "%04d" : " %04d", random.below(10000));
    text += digits;
  }
  text += ',';
  text += one_of(cities) + ',';
  text += one_of(states) + ',';
  size_t present = 8 + text.size() - start - 5;
  append_row(text, time_of(n));
  append_padding(text, random, present, 200);
}

void append_auction(std::string& text, int64_t n) {
  Random random(n);
  int64_t seller = random.below(4) > 0 ? hot(last_person(n)) : some_person(n, random);
  int64_t category = 10 + random.below(5);
  int64_t initial_bid = random.price();
  int64_t in_flight = time_of(n + auctions_in_flight * 50 / auctions_of_50) - time_of(n);
  int64_t expires = time_of(n) + 1 + random.below(static_cast<int32_t>(std::max<int64_t>(in_flight * 2, 1)));
  append_row(text, last_auction(n) + first_id);
  size_t start = text.size();
  append_words(text, random, 20);
  text += ',';
  append_words(text, random, 100);
  size_t present = 8 + text.size() - start - 1 + 5 * 8;
  text += ',';
  append_row(text, initial_bid, initial_bid + random.price(), time_of(n), expires, seller + first_id, category);
  append_padding(text, random, present, 500);
}

void append_bid(std::string& text, int64_t n) {
  static const std::string hot_channels[] = {"Google", "Facebook", "Baidu", "Apple"};
  Random random(n);
  int64_t auction = random.below(2) > 0 ? hot(last_auction(n)) : some_auction(n, random);
  int64_t bidder = random.below(4) > 0 ? hot(last_person(n)) + 1 : some_person(n, random);
  int64_t price = random.price();
  append_row(text, auction + first_id, bidder + first_id, price);
  if (random.below(2) > 0) {
    int32_t channel = random.below(4);
    append_row(text, hot_channels[channel], "https://www.nexmark.com/hot/item.htm?query=" + std::to_string(channel));
  } else {
    std::string channel = std::to_string(random.below(10000));
    append_row(text, "channel-" + channel, "https://www.nexmark.com/item.htm?query=1&channel_id=" + channel);
  }
  append_row(text, time_of(n));
  append_padding(text, random, 4 * 8, 100);
}

/// The file of one kind of events that is written now.
class File {
 public:
  explicit File(const std::filesystem::path& folder) : folder(folder) { std::filesystem::create_directories(folder); }

  void start(int number) {
    char name[16];
    std::snprintf(name, sizeof name, "%03d.csv", number);
    auto path = folder / name;
    file.reset(std::fopen(path.c_str(), "w"));
    if (!file) {
      std::perror(path.c_str());
      std::exit(1);
    }
  }

  void write(std::string& row) {
    row += '\n';
    std::fwrite(row.data(), 1, row.size(), file.get());
    row.clear();
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path folder;
  std::unique_ptr<std::FILE, Close> file;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: generate EVENTS FILES FOLDER\n");
    return 2;
  }
  int64_t events = std::atoll(arguments[1]);
  int files = std::atoi(arguments[2]);
  std::filesystem::path folder = arguments[3];
  File persons(folder / "persons"), auctions(folder / "auctions"), bids(folder / "bids");
  std::string row;
  int64_t n = 0;
  for (int number = 0; number < files; number++) {
    for (File* file : {&persons, &auctions, &bids}) file->start(number);
    for (int64_t end = events * (number + 1) / files; n < end; n++) {
      if (n % 50 < persons_of_50) {
        append_person(row, n);
        persons.write(row);
      } else if (n % 50 < persons_of_50 + auctions_of_50) {
        append_auction(row, n);
        auctions.write(row);
      } else {
        append_bid(row, n);
        bids.write(row);
      }
    }
  }
}
