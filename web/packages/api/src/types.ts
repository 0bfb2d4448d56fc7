import type { components } from './schema'

type Schemas = components['schemas']

/** The server writes every field of an answer; what may be absent is null, never left out. */
type Whole<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

/** An answer of the server, by the name of its schema. */
type Answer<Name extends keyof Schemas> = Whole<Schemas[Name]>

/** An answer whose parts are answers too. */
type With<T, More> = Omit<T, keyof More> & More

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type Scope = Schemas['Reach']
export type Session = Answer<'Session'>
export type User = Answer<'User'>
export type Role = Answer<'RoleWithGrants'>
export type Permission = Answer<'PermissionRow'>
export type Token = Answer<'ApiToken'>
export type NewToken = Answer<'TokenWithSecret'>
export type SignInChallenge = Answer<'SignInChallenge'>
export type SignInRules = Answer<'SignInRules'>
export type SecondFactor = Answer<'SecondFactorView'>
/** What an authenticator app is told. */
export type Enrolment = Answer<'Enrolment'>
export type Enrolled = With<Answer<'Enrolled'>, { session: Session }>
export type RecoveryCodes = Answer<'RecoveryCodes'>
export type SignInProvider = Answer<'SignInProvider'>
export type Directory = Answer<'DirectoryView'>
export type DirectoryProbe = Answer<'DirectoryProbe'>
export type SignInDirectory = Answer<'SignInDirectory'>
export type IdentityProvider = Answer<'IdentityProviderView'>
export type IdentityProviderProbe = Answer<'IdentityProviderProbe'>
/** Whom an identity provider knows as this account. */
export type Identity = Answer<'Identity'>
export type OwnIdentities = With<Answer<'OwnIdentities'>, { identities: Identity[]; providers: SignInProvider[] }>
export type AuditEntry = Answer<'AuditEntry'>
export type Organisation = Answer<'Organisation'>
export type Slot = Answer<'Slot'>
export type SetupView = Answer<'Setup'>
export type DemoFilling = Answer<'DemoFilling'>
export type BusinessHours = Answer<'BusinessHours'>
export type SpecialDay = Answer<'SpecialDay'>
export type Task = Answer<'TaskView'>
export type TaskCounts = Answer<'TaskCounts'>
export type Customer = Answer<'CustomerCard'>
export type CustomerView = Answer<'CustomerView'>
export type DuplicateSearch = Answer<'DuplicateSearch'>
export type MergeSuggestion = With<Answer<'MergeSuggestionView'>, { one: SuggestedCustomer; other: SuggestedCustomer }>
export type SuggestedCustomer = Answer<'SuggestedCustomer'>
export type TimelineEntry = Answer<'TimelineEntry'>
export type LifecycleStage = Schemas['LifecycleStage']
export type WorthField = Schemas['WorthField']
export type WorthCondition = Schemas['WorthCondition']
export type WorthEvidence = Schemas['WorthEvidence']
export type StageRule = Schemas['LifecycleStageRule']
type RfmCuts = Answer<'RfmCuts'>
export type WorthRun = With<Answer<'WorthRun'>, { findings: With<Answer<'WorthFindings'>, { cuts: RfmCuts | null; purchases: Answer<'PurchaseFit'> | null; spending: Answer<'SpendingFit'> | null }> }>
export type RfmCell = Answer<'RfmCell'>
export type ValuePart = Answer<'ValuePart'>
export type WorthOverview = With<Answer<'WorthOverview'>, { run: WorthRun | null; cells: RfmCell[]; parts: ValuePart[] }>
export type CustomerWorth = Answer<'CustomerWorth'>
export type NamedWorth = Answer<'NamedWorth'>
export type ServicesOverview = Answer<'ServicesOverview'>
export type LifecycleStep = With<Answer<'LifecycleStep'>, { reason: { evidence: WorthEvidence[]; rules_changed: boolean } }>
export type NamedStep = With<Answer<'NamedStep'>, { reason: { evidence: WorthEvidence[]; rules_changed: boolean } }>
export type LifecycleBoard = Answer<'LifecycleBoard'>
export type LifecyclePreview = Answer<'LifecyclePreview'>
export type KeptLifecycleRules = Answer<'KeptLifecycleRules'>
export type NextService = Answer<'NextService'>
export type OfferMade = Answer<'OfferMade'>
export type WorthExplained = With<Answer<'WorthExplained'>, { worth: CustomerWorth | null; run: WorthRun | null; steps: LifecycleStep[]; next: NextService[]; offers: OfferMade[] }>
export type WinBack = Answer<'WinBack'>
export type WinBackPreview = Answer<'WinBackPreview'>
export type WinBackOutcome = Schemas['WinBackOutcome']
export type WinBackView = With<WinBack, { figures: WinBackFigures }>
type Interval = Answer<'UpliftInterval'>
type ArmFigures = With<Answer<'WinBackArmFigures'>, { interval: Interval | null }>
type WinBackFigures = With<Answer<'WinBackFigures'>, { offer: ArmFigures; control: ArmFigures; uplift: number | null; uplift_interval: Interval | null }>
export type WinBackMember = With<Answer<'WinBackMemberView'>, { reason: { evidence: WorthEvidence[]; rules_changed: boolean } }>
export type ConsentPurpose = Schemas['ConsentPurpose']
export type ConsentText = Answer<'ConsentText'>
/** Something a customer said of one purpose, with a link to what shows it. */
export type SaidOfData = Answer<'ConsentView'>
export type DoNotContact = Answer<'DoNotContact'>
export type DoNotContactEntry = Answer<'DoNotContactView'>
export type PurposeStanding = With<Answer<'ConsentPurposeView'>, { said: Answer<'ConsentRecord'> | null; do_not_contact: DoNotContact | null }>
/** What a customer said of their data. */
export type Consents = With<Answer<'ConsentsView'>, { purposes: PurposeStanding[]; history: SaidOfData[]; do_not_contacts: DoNotContactEntry[] }>
/** Something a customer asks of their data. */
export type PrivacySearchResult = With<Answer<'PrivacySearchResult'>, { request: PrivacyRequest; candidates: Customer[] }>
export type PrivacyRequest = With<Answer<'PrivacyRequestView'>, { copy: Answer<'PrivacyCopyView'> | null; claimant: Answer<'ClaimantView'> | null }>
export type HygieneRules = Answer<'HygieneRules'>
export type ContactPoint = Answer<'ContactPoint'>
export type ContactSignal = Answer<'ContactSignal'>
/** How a customer is reached, and how that is known. */
export type CustomerContacts = With<Answer<'CustomerContacts'>, { points: (ContactPoint & { signals: ContactSignal[] })[]; verification: Answer<'CustomerVerification'> | null }>
/** A customer somebody should look at, and why. */
export type FlaggedCustomer = With<Answer<'FlaggedCustomerView'>, { customer: Customer; points: ContactPoint[] }>
export type FlaggedCounts = Answer<'FlaggedCounts'>
export type Purge = Answer<'Purge'>
export type RetentionDue = Answer<'RetentionDue'>
export type RetentionTerm = Answer<'RetentionTerm'>
export type PurgeItem = Answer<'PurgeItemView'>
export type PrivacyRequestCounts = Answer<'PrivacyRequestCounts'>
export type OrderLine = Answer<'OrderLine'>
export type Order = With<Answer<'CustomerOrder'>, { lines: OrderLine[] }>
export type CustomerFieldRules = Schemas['CustomerFieldRules']
export type CustomerField = With<Answer<'CustomerFieldView'>, { rules: CustomerFieldRules }>
export type ProfileField = With<Answer<'ProfileFieldView'>, { rules: CustomerFieldRules; value: unknown }>
export type CustomerTag = Answer<'CustomerTag'>
export type Evidence = Answer<'CustomerEvidence'>
export type ProfileTag = With<Answer<'ProfileTagView'>, { evidence: Evidence | null }>
export type ProfileObservation = With<Answer<'ProfileObservationView'>, { evidence: Evidence | null }>
export type ProfileAddress = Answer<'ProfileAddressView'>
export type AddressDetails = Answer<'CustomerAddressDetails'>
export type ProfileContact = With<Answer<'ContactPersonView'>, { customer: Customer | null }>
export type Completeness = With<Answer<'ProfileCompleteness'>, { missing: Answer<'MissingDetail'>[] }>
export type WantedDetails = Answer<'WantedOfKind'>
export type Profile = With<Answer<'Profile'>, { fields: ProfileField[]; tags: ProfileTag[]; observations: ProfileObservation[]; addresses: ProfileAddress[]; contact_persons: ProfileContact[]; contact_person_of: ProfileContact[]; completeness: Completeness }>
export type ProfileChange = With<Answer<'ProfileChangeView'>, { rules: CustomerFieldRules | null; before: unknown; after: unknown }>
/** The settings of a channel, as they are kept and as they are sent: every part is there. */
export type PreChat = Whole<Schemas['PreChat']> & { fields: PreChatField[] }
export type PreChatField = Whole<Schemas['PreChatField']>
export type RatingSettings = Whole<Schemas['RatingSettings']>
export type Invitation = Whole<Schemas['Invitation']>
export type IdentityMode = Schemas['IdentityMode']
export type ChannelSettings = With<Whole<Schemas['ChannelSettings']>, { pre_chat: PreChat; rating: RatingSettings; invitations: Invitation[] }>
export type Channel = With<Answer<'Channel'>, { settings: ChannelSettings }>

export type Mailbox = Answer<'MailboxView'>
/** The same done to many conversations, behind the page. */
export type ConversationBatch = With<Answer<'ConversationBatch'>, { actions: AutomationAction[] }>
export type BatchRow = With<Answer<'BatchRowView'>, { refused: BatchResult['refused'] }>
export type MailboxGrant = Answer<'MailboxGrantView'>
export type GrantProvider = Schemas['GrantProvider']
export type MailboxProbe = Answer<'MailboxProbe'>
export type WechatAccount = Answer<'WechatAccountView'>
export type WechatProbe = Answer<'WechatProbe'>
export type UnreadableMail = Answer<'UnreadableMail'>
/** A mail of a conversation. */
export type Mail = Answer<'Mail'>
/** A mailbox one may write by. */
export type MailSender = Answer<'MailSender'>
export type OpenChannel = With<Answer<'OpenChannelView'>, { reports: Answer<'OpenChannelReport'>[] }>
export type OpenChannelProbe = Answer<'OpenChannelProbe'>
export type SmsGateway = With<Answer<'SmsGatewayView'>, { reports: Answer<'OpenChannelReport'>[]; link: Answer<'SmsLink'> }>
export type SmsProbe = Answer<'SmsProbe'>
export type SmsOptOut = Answer<'SmsOptOut'>
export type Webhook = Answer<'WebhookView'>
export type WebhookProbe = Answer<'WebhookProbe'>
export type WebhookCall = Answer<'WebhookCall'>
/** What became of a message that a channel carries. */
export type Delivery = Answer<'Delivery'>
export type Deliveries = With<Answer<'Deliveries'>, { deliveries: Delivery[]; limits: Answer<'DeliveryLimits'> }>

/** The tag that puts the chat into a page. */
export type Snippet = Answer<'Snippet'>

export type Named = Answer<'Named'>
export type VisitedPage = Answer<'VisitedPage'>
export type WrapUp = With<Answer<'WrapUp'>, { by: Named | null }>
export type Rating = Answer<'Rating'>
export type InvitationFigures = Answer<'InvitationFigures'>
export type SlaTerms = Answer<'SlaTerms'>
export type Participant = With<Answer<'Participant'>, { by: Named | null }>
/** A colleague whom one may ask into a conversation, or name in a note. */
export type Candidate = Answer<'ParticipantCandidate'>
export type ViewFilter = Answer<'ViewFilter'>
export type ConversationView = With<Answer<'ConversationView'>, { filter: ViewFilter }>
export type LinkedConversation = Answer<'LinkedConversation'>
export type SnoozeTime = Answer<'SnoozeTime'>
export type Conversation = With<Answer<'Conversation'>, { page: VisitedPage | null; participants: Participant[]; wrap_up: WrapUp | null; rating: Rating | null; terms: SlaTerms | null }>
export type SlaPolicy = Answer<'SlaPolicy'>
export type SlaPolicyDraft = Schemas['SlaPolicyDraft']
export type SlaPreview = Answer<'SlaPreview'>
export type SlaTarget = Schemas['SlaTarget']
export type SlaMiss = Answer<'SlaMissView'>
export type SlaDay = Answer<'SlaDay'>
export type AutomationEvent = Schemas['AutomationEvent']
export type ConditionField = Schemas['ConditionField']
export type ConditionOp = Schemas['ConditionOp']
export type AutomationCondition = Schemas['AutomationCondition']
export type AutomationAction = Schemas['AutomationAction']
export type Macro = With<Answer<'Macro'>, { actions: AutomationAction[] }>
export type MacroDone = With<Answer<'MacroDone'>, { conversation: Conversation }>
export type TriedAction = Answer<'TriedAction'>
export type BatchResult = With<Answer<'BatchResult'>, { conversation: Conversation | null }>
export type AutomationDraft = Schemas['AutomationDraft']
export type AutomationFinding = Answer<'AutomationFinding'>
export type Automation = Answer<'Automation'>
export type AutomationVersion = Answer<'AutomationVersion'>
export type AutomationRun = With<Answer<'AutomationRun'>, { findings: AutomationFinding[] }>
export type AutomationNotice = Answer<'AutomationNotice'>
export type Rehearsed = With<Answer<'Rehearsed'>, { findings: AutomationFinding[] }>
export type MessageKind = Schemas['MessageKind']
/** `data` is a card, or what happened: each kind reads its own. */
export type Message = With<Answer<'Message'>, { data: Record<string, unknown> | null }>
export type WrapUpReason = Answer<'WrapUpReason'>
export type InquiryRecord = Answer<'InquiryRecordView'>
export type InquiryWay = Schemas['Way']
export type InquiryOutcome = Schemas['Outcome']
export type InquiryRecordVersion = Omit<Answer<'InquiryRecordVersion'>, 'data'> & { data: Partial<InquiryRecord> }
export type Promised = Answer<'PromiseView'>
export type Opportunity = Answer<'OpportunityView'>
export type OpportunityStage = Schemas['OpportunityStage']
export type OpportunityCount = Answer<'OpportunityCount'>
export type OpportunityEvidence = Answer<'OpportunityEvidenceView'>
export type OpportunityStep = Answer<'OpportunityStep'>
export type OpportunityRule = Answer<'OpportunityRuleView'>
export type OpportunityLook = With<Answer<'OpportunityLook'>, { rule: OpportunityRule }>
export type PromiseCounts = Answer<'PromiseCounts'>
export type ComplaintStep = Schemas['ComplaintStep']
export type ComplaintWay = Schemas['ComplaintWay']
export type ComplaintSeverity = Schemas['ComplaintSeverity']
export type ComplaintComplexity = Schemas['Complexity']
export type ComplaintImpact = Schemas['Impact']
export type ComplaintKind = Schemas['ComplaintKind']
export type BrandRisk = Schemas['BrandRisk']
export type UnfoundedReason = Schemas['UnfoundedReason']
export type Understanding = Schemas['Understanding']
export type SignOffKind = Schemas['SignOffKind']
export type RevisitOutcome = Schemas['RevisitOutcome']
export type Complained = Answer<'ComplaintView'>
export type ComplaintMove = Answer<'ComplaintMove'>
export type ComplaintCounts = Answer<'ComplaintCounts'>
export type ComplaintFigures = Answer<'ComplaintFigures'>
export type ComplaintStatistics = Answer<'ComplaintStatistics'>
export type ComplaintCourse = With<Answer<'ComplaintCourse'>, { own_fields: FormEntry[]; course: ComplaintMove[]; runs: Answer<'ComplaintStepRun'>[] }>
export type ComplaintRules = With<Answer<'ComplaintRules'>, { page: Whole<Schemas['ComplaintPage']>; acknowledgement: Whole<Schemas['ComplaintAcknowledgement']>; categories: Array<Omit<Whole<Schemas['ComplaintCategory']>, 'children'> & { children: Array<Whole<Schemas['ComplaintSubcategory']>> }> }>
export type SanctionEvidence = With<Answer<'SanctionEvidenceView'>, { words: string; entry: ComplaintMove | null }>
type SanctionBy = Answer<'ComplaintBy'>
export type Sanction = With<Answer<'SanctionView'>, { notice: { by: SanctionBy; words: string } | null; appeal: { words: string; at: number } | null; decision: With<Answer<'SanctionDecision'>, { by: SanctionBy }> | null; withdrawal: { reason: string; by: SanctionBy } | null; shown_by: SanctionEvidence[]; appeal_shown_by: SanctionEvidence[]; may: Answer<'SanctionMay'> }>
export type SanctionCounts = Answer<'SanctionCounts'>
export type SanctionRules = Answer<'SanctionRules'>
export type FormKind = 'complaint' | 'suggestion' | 'opinion' | 'praise'
export type FormField = Omit<Whole<Schemas['FormField']>, 'choices'> & { choices: Whole<Schemas['FormChoice']>[] }
export type FormEntry = Answer<'FormEntry'>
export type OwnForm = With<Answer<'FormView'>, { fields: FormField[] }>
export type FeedbackKind = Schemas['FeedbackKind']
export type FeedbackState = Schemas['FeedbackState']
export type FeedbackWay = Schemas['FeedbackWay']
export type AnswerWay = Schemas['AnswerWay']
export type Feedback = Answer<'FeedbackView'>
export type FeedbackMove = Answer<'FeedbackMove'>
export type FeedbackCourse = With<Answer<'FeedbackCourse'>, { own_fields: FormEntry[]; award: Answer<'FeedbackAward'> | null; course: FeedbackMove[]; files: Answer<'FeedbackFile'>[] }>
export type FeedbackCounts = Answer<'FeedbackCounts'>
export type FeedbackPeriod = Schemas['FeedbackPeriod']
export type FeedbackFigure = Answer<'FeedbackFigure'>
export type FeedbackFigures = With<Answer<'FeedbackFigures'>, { rows: FeedbackFigure[]; total: Answer<'FeedbackTally'> }>
export type FeedbackRules = With<Answer<'FeedbackRules'>, { form: Whole<Schemas['FeedbackPublicForm']> }>
export type Recognition = Answer<'Recognition'>
export type RecognitionKind = Schemas['RecognitionKind']
export type RecognitionStanding = Answer<'RecognitionStanding'>
export type RecognitionStandings = With<Answer<'RecognitionStandings'>, { me: RecognitionStanding; people: RecognitionStanding[] }>
export type RewardBudget = Answer<'RewardBudgetView'>
export type RewardBudgets = With<Answer<'RewardBudgets'>, { items: RewardBudget[] }>
export type ImprovementState = Schemas['ImprovementState']
export type Improvement = With<Answer<'ImprovementView'>, { steps: Whole<Schemas['ImprovementStep']>[]; verification: Answer<'ImprovementVerification'> | null }>
export type ImprovementSpan = Answer<'ImprovementSpan'>
export type ImprovementCourse = With<Answer<'ImprovementCourse'>, { course: Answer<'ImprovementMove'>[]; steps: Whole<Schemas['ImprovementStep']>[]; led_by: Answer<'ImprovementComplaint'>[]; verification: Answer<'ImprovementVerification'> | null; before: ImprovementSpan; after: ImprovementSpan | null }>
export type ImprovementCounts = Answer<'ImprovementCounts'>
export type ImprovementRules = Answer<'ImprovementRules'>
export type RootCauses = { version: number; trees: { id: string; name: string; unit_id: string | null; groups: { id: string; name: string; causes: Whole<Schemas['RootCause']>[] }[] }[] }
export type AnalysisView = With<Answer<'AnalysisView'>, { analysis: With<Answer<'ComplaintAnalysis'>, { whys: Whole<Schemas['ComplaintWhy']>[] }> | null; action: Answer<'CauseAction'> | null }>
export type ComplaintCost = Answer<'ComplaintCost'>
export type ComplaintCosts = With<Answer<'ComplaintCosts'>, { total: ComplaintCost; lines: Answer<'ComplaintCostLine'>[] }>
export type ComplaintRecovery = Answer<'ComplaintRecovery'>
export type RecoveryVerdict = Schemas['RecoveryVerdict']
export type ComplaintOutcome = Answer<'OutcomeView'>
export type Months = Answer<'Months'>
export type MonthDifference = Answer<'MonthDifference'>
export type MonthFigures = With<Answer<'MonthFigures'>, { costs: ComplaintCosts }>
export type MonthRevision = With<Answer<'MonthRevision'>, { figures: MonthFigures }>
export type MonthView = With<Answer<'MonthView'>, { figures: MonthFigures; report: Answer<'MonthReport'> | null }>
export type Asked = Answer<'AskView'>
export type AskLine = Answer<'AskLine'>
export type AskThread = With<Answer<'AskThread'>, { thread: AskLine[] }>
export type AskCounts = Answer<'AskCounts'>
export type AskSupervisor = Answer<'AskSupervisor'>
export type EscalationSeverity = Schemas['Severity']
export type EscalationLevel = Whole<Schemas['EscalationLevel']>
export type EscalationLadder = With<Answer<'EscalationLadder'>, { levels: EscalationLevel[] }>
export type Escalated = With<Answer<'EscalationView'>, { levels: EscalationLevel[]; told: Named[] }>
export type EscalationStep = With<Answer<'EscalationStep'>, { told: Named[] }>
export type EscalationCourse = With<Answer<'EscalationCourse'>, { levels: EscalationLevel[]; told: Named[]; course: EscalationStep[] }>
export type EscalationCounts = Answer<'EscalationCounts'>
export type SatisfactionCase = With<Answer<'SatisfactionCase'>, { tags: string[] }>
export type SatisfactionFigure = Answer<'SatisfactionFigure'>
export type SatisfactionRules = With<Answer<'SatisfactionRules'>, { reasons: string[] }>
export type ReliefDay = Answer<'ReliefDay'>
export type ReliefPause = Answer<'ReliefPause'>
export type ReliefMine = With<Answer<'ReliefMine'>, { day: ReliefDay; pause: ReliefPause | null; offer: Answer<'ReliefOffer'> | null }>
export type ReliefRules = Answer<'ReliefRules'>
export type AbuseKind = Schemas['AbuseKind']
export type AbusiveContact = Answer<'AbusiveContact'>
export type MarkedContact = With<Answer<'MarkedContact'>, { pause: ReliefPause | null }>
export type CustomerSource = Schemas['CustomerSource']
/** A field of what the list is of. */
export type ImportField = string
export type Import = With<Answer<'CustomerImport'>, { plan: With<Answer<'ImportPlan'>, { columns: (ImportField | null)[] }>; sheets: string[] }>
export type ImportKept = Answer<'ImportKept'>
export type ImportPreview = With<Answer<'ImportPreview'>, { columns: (ImportField | null)[] }>
export type ImportRefusal = Answer<'ImportRefusal'>
export type AllocationSeat = With<Whole<Schemas['AllocationSeat']>, { most: number | null }>
export type AllocationNeed = Whole<Schemas['AllocationNeed']>
export type AllocationPlan = { who: Whole<Schemas['CustomerChoice']>; segment_id: string | null; tag_id: string | null; keep: Schemas['Keeping']; needs: AllocationNeed[]; people: AllocationSeat[]; count_held: boolean }
export type AllocationClass = Answer<'AllocationClass'>
export type AllocationBound = Answer<'AllocationBound'>
export type AllocationOutcome = With<Answer<'AllocationOutcome'>, { people: Answer<'AllocationLoad'>[]; classes: AllocationClass[]; floor: { most: number; above: AllocationBound; least: number; below: AllocationBound } | null }>
export type AllocationRun = With<Answer<'AllocationRun'>, { plan: AllocationPlan; outcome: AllocationOutcome | null }>
export type AllocationMove = With<Answer<'AllocationMove'>, { class: AllocationClass }>
export type AllocationPerson = Answer<'AllocationPerson'>
export type IntakeRules = Answer<'IntakeRules'>
export type IntakeBatch = Answer<'IntakeBatch'>
export type IntakeItem = With<Answer<'IntakeItem'>, { twins: Answer<'IntakeTwin'>[] }>
export type IntakeSheet = IntakeBatch & { rows: IntakeItem[] }
export type IntakeVerdict = Whole<Schemas['IntakeVerdict']>
export type IntakeReceipt = With<Answer<'IntakeReceipt'>, { refused: Answer<'FeedRefusal'>[] }>
export type UpdateDay = With<Answer<'UpdateDay'>, { stewards: Answer<'StewardDay'>[] }>
export type StaleRecord = Answer<'StaleRecord'>
export type Confirmed = Answer<'Confirmed'>
export type FirstContact = Answer<'FirstContact'> & { overdue: boolean }
export type FirstContactCounts = Answer<'FirstContactCounts'>
export type AccountOwner = With<Answer<'AccountOwner'>, { steward: Answer<'RecordSteward'> | null; handovers: Answer<'AccountHandover'>[] }>
export type Territory = Answer<'Territory'>
export type MarketReport = Answer<'MarketReport'>
export type MarketWeek = { week: string; territories: (Territory & { reports: number })[] }
export type Incident = With<Answer<'Incident'>, { queues: Named[]; words: string[]; review: IncidentReview | null }>
export type IncidentReview = With<Answer<'IncidentReview'>, { actions: Answer<'IncidentAction'>[] }>
export type IncidentStep = Answer<'IncidentStep'>
export type IncidentUpdate = Answer<'IncidentUpdateView'>
export type IncidentCourse = Incident & { course: IncidentStep[]; updates: IncidentUpdate[]; figures: Answer<'IncidentFigures'> }
export type IncidentConversation = With<Answer<'IncidentConversation'>, { conversation: Conversation }>
export type IncidentLinked = Answer<'IncidentLinked'>
export type IncidentSending = Answer<'IncidentSendingView'>
export type ConversationIncidents = { linked: Incident[]; suggested: Incident[]; others: Incident[] }
export type DailyRecord = Answer<'DailyRecord'>
export type DailyRecordLine = With<Answer<'DailyRecordLine'>, { signature: DailyRecord | null }>
export type DailySheet = With<Answer<'DailySheet'>, { rows: InquiryRecord[]; signature: DailyRecord | null }>
export type CannedReply = Answer<'CannedReplyView'>
export type Article = Answer<'ArticleRow'>
export type ArticlePiece = Whole<Schemas['ArticlePiece']>
export type ArticleBlock = With<Answer<'ArticleBlock'>, { lines: ArticlePiece[][] }>
export type ArticleText = With<Answer<'ArticleText'>, { blocks: ArticleBlock[] }>
export type ArticleView = With<Answer<'ArticleView'>, { published: ArticleText | null; working: ArticleText | null }>
export type ArticleVersion = Answer<'ArticleVersionRow'>
export type ArticleReading = With<Answer<'ArticleReading'>, { blocks: ArticleBlock[] }>
export type ArticleCategory = Answer<'ArticleCategory'>
export type ArticleSuggestions = With<Answer<'ArticleSuggestions'>, { suggestions: (Article & { sure: boolean })[] }>
export type KnowledgeGap = Answer<'KnowledgeGap'>
export type KnowledgeGapView = With<Answer<'GapView'>, { reports: Answer<'GapReport'>[] }>
export type KnowledgeCounts = Answer<'KnowledgeCounts'>
export type AssistantModel = Answer<'AssistantModelView'>
export type AssistantModelProbe = Answer<'AssistantModelProbe'>
export type ModelQuestion = Answer<'ModelQuestion'>
export type AssistantArticle = Answer<'AssistantArticle'>
export type AssistantView = With<Answer<'AssistantView'>, { articles: AssistantArticle[] }>
export type GapReported = Answer<'GapReported'>

/** A queue's figures of today; of all of them together it is nobody's. */
export type DeskQueue = Answer<'DeskRow'>
export type PresenceReason = Answer<'PresenceReason'>
export type PresenceState = Schemas['PresenceState']
export type Presence = Answer<'Presence'>
export type Queue = Answer<'QueueView'>
export type Offer = Answer<'OfferView'>
/** Why a conversation was offered to somebody. */
export type OfferReason = Answer<'OfferReason'>
export type Skill = Answer<'Skill'>
export type PersonSkills = Answer<'PersonSkills'>
/** Somebody a conversation can be passed to. */
export type Colleague = Answer<'Colleague'>

export type ApprovalKind = Schemas['ApprovalKind']
export type Approval = Answer<'ApprovalView'>
export type ApprovalStep = Answer<'ApprovalStep'>
export type AuthorityLimits = Answer<'AuthorityLimits'>
export type Delegation = Answer<'DelegationView'>
export type Unit = Answer<'UnitWithMembers'>
export type Post = Answer<'PostWithMembers'>
export type Member = Answer<'Member'>
export type StoredFile = Answer<'StoredFile'>

/** Background work as an administrator sees it; the API's description does not hold it yet. */
export interface Job {
  id: string
  kind: string
  state: string
  attempts: number
  max_attempts: number
  last_error: string | null
  run_at: number | null
  created_at: number
  finished_at: number | null
}
export type ResponsibilityMatrix = Answer<'ResponsibilityMatrix'>
export type PartHolder = Answer<'PartHolder'>

/** Something rules can be about. */
export type Attribute = Answer<'Attribute'>
export type SegmentRule = Schemas['SegmentRule']
export type SegmentCondition = Schemas['SegmentCondition']
export type Segment = Answer<'Segment'>
export type SegmentComparison = Answer<'SegmentComparison'>
export type SegmentCount = Answer<'SegmentCount'>
export type CustomerExport = Answer<'CustomerExport'>
export type NewCustomerExport = Schemas['NewCustomerExport']
/** A member of the points programme, with what their tier is called. */
export type LoyaltyMember = Answer<'LoyaltyMemberView'>
export type PointsEntry = Answer<'PointsEntryView'>
export type PointsPart = Schemas['PointsPart']
export type PointsLot = Answer<'PointsLot'>
export type PointsAdjustment = Answer<'PointsAdjustment'>
export type PointsFigures = Answer<'PointsFigures'>
export type TierTransition = Answer<'TierTransition'>
export type CustomerTier = Answer<'CustomerTierView'>
export type LoyaltyRules = Answer<'LoyaltyRules'>
export type LoyaltyRulesVersion = Answer<'LoyaltyRulesVersion'>
export type LoyaltyRulesPreview = Answer<'LoyaltyRulesPreview'>
export type Reward = Answer<'Reward'>
export type Redemption = Answer<'RedemptionView'>
export type Referral = Answer<'ReferralView'>
/** A link to a member's own page, shown once. */
export type MemberLink = Answer<'MemberLink'>
