// What the page says, in both languages; the language is the reader's, whatever that of the contract.

const WORDS = {
  desk: ["合同工作台", "Contract desk"],
  files: ["文件", "Files"],
  outline: ["目录", "Outline"],
  noOutline: ["打开合同后显示其条款", "The clauses of a contract appear here"],
  editor: ["正文", "Text"],
  save: ["保存", "Save"],
  saved: ["已保存", "Saved"],
  unsaved: ["未保存（草稿已留存）", "Not saved (the draft is kept)"],
  saving: ["正在保存…", "Saving…"],
  format: ["整理格式", "Format"],
  language: ["English", "中文"],
  languageHint: ["Switch to English", "切换为中文"],
  pick: ["从左侧选择一份文件开始。", "Choose a file on the left to begin."],
  newFile: ["新文件", "New file"],
  newFileAsk: ["新文件的名称（如 lease/lease.contract）", "Name of the new file (such as lease/lease.contract)"],
  noFiles: ["此文件夹中还没有合同文件。", "There is no contract file in this folder yet."],
  here: ["此处", "Here"],
  hereNothing: ["光标处没有可解释的内容。把光标移到规范行的词语上。", "Nothing to explain at the cursor. Move it onto a word of a norm line."],
  check: ["检查", "Check"],
  problems: ["问题", "Problems"],
  noProblems: ["没有问题。", "No problems."],
  notes: ["{0}条提示", "Notes: {0}"],
  fix: ["改正", "Mend"],
  line: ["第{0}行", "line {0}"],
  since: ["与上次保存相比", "Since the last save"],
  sinceNone: ["保存后在此显示好转与恶化之处。", "After saving, what got better or worse appears here."],
  errors: ["错误", "Errors"],
  warnings: ["警告", "Warnings"],
  failed: ["未通过的案例", "Failing scenarios"],
  passed: ["通过的案例", "Passing scenarios"],
  findings: ["发现", "Findings"],
  looking: ["正在查…", "looking…"],
  better: ["好转", "better"],
  worse: ["恶化", "worse"],
  same: ["不变", "unchanged"],
  unread: ["未能进行：{0}", "Could not be done: {0}"],
  gone: ["已消除", "gone"],
  come: ["新出现", "new"],
  restored: ["已恢复上次未保存的草稿。", "Your unsaved draft was brought back."],
  discard: ["放弃草稿", "Discard the draft"],
  mergeTitle: ["此文件已被他人保存：合并", "Somebody has saved this file: merge"],
  mergeHelp: ["左边是文件现有内容，右边是你的文本。用箭头取左边的改动，或直接修改右边，然后保存。", "On the left is the file as it is now, on the right your text. Take changes from the left with the arrows or edit the right, then save."],
  theirs: ["文件现有内容", "The file as it is now"],
  mine: ["你的文本", "Your text"],
  mergeSave: ["保存合并后的文本", "Save the merged text"],
  mergeBack: ["返回编辑", "Back to the editor"],
  offline: ["与程序的连接已断开；草稿仍留存在浏览器中。请重新运行 contract desk 并打开新地址。", "The connection to the program is lost; drafts are still kept in this browser. Run contract desk again and open its address."],
  outside: ["定义在此文件夹之外：{0}", "It is defined outside this folder: {0}"],
  panels: ["面板", "Panels"],
  close: ["关闭", "Close"],
  scenario: ["情景", "Scenario"],
  asking: ["提问", "Ask"],
  openScenario: ["打开已有案例…", "Open a saved scenario…"],
  emptyScenario: ["新情景", "New"],
  day: ["日期", "Day"],
  dayCursor: ["查看的日期", "The day looked at"],
  time: ["时刻", "Time"],
  number: ["编号", "Number"],
  who: ["当事人", "Who"],
  what: ["行为或事件", "What"],
  both: ["双方", "both"],
  remove: ["移除", "Remove"],
  settings: ["空白与解释", "Blanks and readings"],
  addSetting: ["填写…", "Fill in…"],
  layers: ["法律层", "Layers of law"],
  events: ["经过", "Events"],
  addEvent: ["添加一项", "Add an event"],
  standingOn: ["{0}的状况", "Where it stands on {0}"],
  whoMay: ["谁可以做什么", "Who may do what"],
  expectThis: ["列为预期结论", "Expect this answer"],
  history: ["经过与后果", "What happened, and what came of it"],
  saveCase: ["存为案例", "Save as a scenario"],
  caseTitle: ["案例标题", "Title of the scenario"],
  pinSome: ["勾选上面的结论，作为预期。", "Tick the answers above that the scenario should expect."],
  caseSaved: ["案例已存入{0}。", "The scenario is in {0}."],
  caseDirty: ["请先保存{0}。", "Save {0} first."],
  openIt: ["打开", "Open"],
  yes: ["是", "yes"],
  no: ["否", "no"],
  question: ["问题", "Question"],
  norm: ["条款", "Norm"],
  ask_may: ["可否", "May … do …?"],
  ask_breach: ["是否违约", "Is … in breach of …?"],
  ask_lastDay: ["期间末日", "When does … end?"],
  ask_agreement: ["协议状态", "What state is the agreement in?"],
  wholeAgreement: ["整个协议", "the agreement"],
  askAbout: ["就“情景”中的{0}项经过作答。", "Answered for the {0} events of the scenario."],
  missing: ["尚缺", "What is missing"],
  couldBe: ["可能的结论", "What it could be"],
  cure: ["如何补救", "What would cure it"],
  assumes: ["所采默认解释", "Readings assumed"],
  evidence: ["依据的证据", "Evidence"],
  answer: ["作答", "Answer"],
  pinAnswer: ["列为预期结论", "Expect this answer in the scenario"],
  pinned: ["已列为预期：{0}", "Expected: {0}"],
  keys: ["Ctrl-S 保存 · F8 下一问题 · Ctrl-. 改正 · F12 定义 · F2 改名 · F6 下一区域", "Ctrl-S save · F8 next problem · Ctrl-. mend · F12 definition · F2 rename · F6 next area"],
};

let language = localStorage.getItem("contract-desk-language") ||
  (navigator.language.startsWith("zh") ? "zh" : "en");

export const chosen = () => language;

export function choose(next) {
  language = next;
  localStorage.setItem("contract-desk-language", next);
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  document.dispatchEvent(new Event("desk:language"));
}

// A phrase, its gaps {0}, {1} filled.
export function say(key, ...given) {
  const pair = WORDS[key];
  if (!pair) throw new Error(`no words for ${key}`);
  return pair[language === "zh" ? 0 : 1].replace(/\{(\d)\}/g, (_, place) => given[Number(place)]);
}

// What the engine says in both languages: {zh, en}.
export const either = (said) => (language === "zh" ? said.zh : said.en);
