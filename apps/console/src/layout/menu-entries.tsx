/** The pages of the menu and of the palette, in their groups. */
import type { AnswerOf, RouteName } from '@gatehouse/contracts/routes';
import AccountTree from '@mui/icons-material/AccountTree';
import Apartment from '@mui/icons-material/Apartment';
import Apps from '@mui/icons-material/Apps';
import AssignmentInd from '@mui/icons-material/AssignmentInd';
import Autorenew from '@mui/icons-material/Autorenew';
import Badge from '@mui/icons-material/Badge';
import Checklist from '@mui/icons-material/Checklist';
import Devices from '@mui/icons-material/Devices';
import Dns from '@mui/icons-material/Dns';
import EditNote from '@mui/icons-material/EditNote';
import FactCheck from '@mui/icons-material/FactCheck';
import Groups from '@mui/icons-material/Groups';
import HistoryIcon from '@mui/icons-material/History';
import HowToReg from '@mui/icons-material/HowToReg';
import Key from '@mui/icons-material/Key';
import KeyOff from '@mui/icons-material/KeyOff';
import ManageSearch from '@mui/icons-material/ManageSearch';
import Notifications from '@mui/icons-material/Notifications';
import PanTool from '@mui/icons-material/PanTool';
import Password from '@mui/icons-material/Password';
import QuestionAnswer from '@mui/icons-material/QuestionAnswer';
import Security from '@mui/icons-material/Security';
import SettingsEthernet from '@mui/icons-material/SettingsEthernet';
import Link from '@mui/icons-material/Link';
import UploadFile from '@mui/icons-material/UploadFile';
import Verified from '@mui/icons-material/Verified';
import type { ReactElement } from 'react';

export interface MenuEntry {
  readonly to: string;
  readonly text: string;
  readonly icon: ReactElement;
  /** Shown to people who may call this route. */
  readonly route: RouteName;
  /** What waits there for the person signed in is counted beside it. */
  readonly waits?: keyof AnswerOf<'waitingShow'> | 'all';
}

/** What needs somebody now, what is registered, who may decide what, and what can be shown afterwards. */
export const MENU_GROUPS: Readonly<Record<string, readonly MenuEntry[]>> = {
  Today: [
    { to: '/my-work', text: 'My work', icon: <AssignmentInd />, route: 'ownWorkShow', waits: 'all' },
    { to: '/changes', text: 'Approvals', icon: <HowToReg />, route: 'changeList', waits: 'approvals' },
    { to: '/impact-plans', text: 'Event plans', icon: <Checklist />, route: 'impactPlanList' },
    { to: '/notices', text: 'Notices', icon: <Notifications />, route: 'ownNoticeList' },
    { to: '/emergency-stops', text: 'Emergency stops', icon: <PanTool />, route: 'stopList', waits: 'stops' },
    {
      to: '/key-emergencies',
      text: 'Key emergencies',
      icon: <KeyOff />,
      route: 'keyEmergencyList',
      waits: 'keyEmergencies',
    },
    {
      to: '/unrecorded-signatures',
      text: 'Unrecorded signatures',
      icon: <EditNote />,
      route: 'unrecordedSignatureList',
      waits: 'unrecordedSignatures',
    },
    { to: '/jobs', text: 'Jobs', icon: <Autorenew />, route: 'jobList', waits: 'failedJobs' },
    { to: '/explain', text: 'Explain a request', icon: <QuestionAnswer />, route: 'explain' },
    { to: '/check-assertion', text: 'Check an assertion', icon: <FactCheck />, route: 'assertionLint' },
  ],
  Registry: [
    { to: '/organisations', text: 'Organisations', icon: <Apartment />, route: 'organisationsList' },
    { to: '/applications', text: 'Applications', icon: <Apps />, route: 'applicationsList' },
    { to: '/clients', text: 'Clients', icon: <SettingsEthernet />, route: 'clientsList' },
    { to: '/cis2-clients', text: 'CIS2 clients', icon: <Badge />, route: 'cis2ClientsList' },
    { to: '/signing-keys', text: 'Signing keys', icon: <Key />, route: 'keyList' },
    { to: '/rotations', text: 'Key rotation', icon: <Autorenew />, route: 'rotationList' },
    { to: '/key-deletions', text: 'Key deletions', icon: <KeyOff />, route: 'keyDeletionList' },
    { to: '/message-sets', text: 'Message sets', icon: <Checklist />, route: 'messageSetList' },
    { to: '/asid-plan', text: 'ASID plan', icon: <AccountTree />, route: 'planShow' },
    { to: '/impact', text: 'Impact', icon: <AccountTree />, route: 'impactShow' },
    { to: '/environments', text: 'Environments', icon: <Dns />, route: 'environmentList' },
    { to: '/onboarding', text: 'Onboarding', icon: <Checklist />, route: 'applicationChecklist' },
    { to: '/import', text: 'Import', icon: <UploadFile />, route: 'registryApply' },
  ],
  Governance: [
    { to: '/sro-appointments', text: 'SROs', icon: <AssignmentInd />, route: 'sroList' },
    { to: '/write-exceptions', text: 'Write exceptions', icon: <EditNote />, route: 'exceptionList' },
    { to: '/assurance-floors', text: 'Assurance levels', icon: <Security />, route: 'assuranceList' },
    { to: '/staff', text: 'Staff', icon: <Groups />, route: 'staffList' },
    { to: '/access-review', text: 'Access review', icon: <HowToReg />, route: 'accessReviewList' },
    { to: '/admin-tokens', text: 'API tokens', icon: <Password />, route: 'tokenList' },
    { to: '/sessions', text: 'My sessions', icon: <Devices />, route: 'sessionList' },
  ],
  Evidence: [
    { to: '/audit', text: 'Audit trail', icon: <ManageSearch />, route: 'auditList' },
    { to: '/trail', text: 'State of the trail', icon: <Link />, route: 'trailShow' },
    { to: '/evidence-pack', text: 'Evidence pack', icon: <Verified />, route: 'evidencePackMake' },
    { to: '/register', text: 'Stops, reveals, exports', icon: <FactCheck />, route: 'auditList' },
    { to: '/history', text: 'History', icon: <HistoryIcon />, route: 'historyList' },
    { to: '/user-sessions', text: 'User sessions', icon: <Badge />, route: 'userSessionList' },
  ],
};
