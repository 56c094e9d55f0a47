import type { RouteName } from '@gatehouse/contracts/routes';
import AccountTree from '@mui/icons-material/AccountTree';
import Apartment from '@mui/icons-material/Apartment';
import Apps from '@mui/icons-material/Apps';
import AssignmentInd from '@mui/icons-material/AssignmentInd';
import Badge from '@mui/icons-material/Badge';
import Checklist from '@mui/icons-material/Checklist';
import Devices from '@mui/icons-material/Devices';
import Dns from '@mui/icons-material/Dns';
import EditNote from '@mui/icons-material/EditNote';
import Groups from '@mui/icons-material/Groups';
import HistoryIcon from '@mui/icons-material/History';
import HowToReg from '@mui/icons-material/HowToReg';
import Key from '@mui/icons-material/Key';
import ManageSearch from '@mui/icons-material/ManageSearch';
import MedicalInformation from '@mui/icons-material/MedicalInformation';
import PanTool from '@mui/icons-material/PanTool';
import Password from '@mui/icons-material/Password';
import QuestionAnswer from '@mui/icons-material/QuestionAnswer';
import Security from '@mui/icons-material/Security';
import SettingsEthernet from '@mui/icons-material/SettingsEthernet';
import PendingActions from '@mui/icons-material/PendingActions';
import UploadFile from '@mui/icons-material/UploadFile';
import type { ReactElement } from 'react';
import { Menu, usePermissions } from 'react-admin';

interface Entry {
  readonly to: string;
  readonly text: string;
  readonly icon: ReactElement;
  /** Shown to people who may call this route. */
  readonly route: RouteName;
}

const ENTRIES: readonly Entry[] = [
  { to: '/changes', text: 'Approvals', icon: <HowToReg />, route: 'changeList' },
  { to: '/organisations', text: 'Organisations', icon: <Apartment />, route: 'organisationsList' },
  { to: '/applications', text: 'Applications', icon: <Apps />, route: 'applicationsList' },
  { to: '/asid-plan', text: 'ASID plan', icon: <AccountTree />, route: 'planShow' },
  { to: '/import', text: 'Import', icon: <UploadFile />, route: 'registryApply' },
  { to: '/message-sets', text: 'Message sets', icon: <Checklist />, route: 'messageSetList' },
  { to: '/clients', text: 'Clients', icon: <SettingsEthernet />, route: 'clientsList' },
  { to: '/cis2-clients', text: 'CIS2 clients', icon: <Badge />, route: 'cis2ClientsList' },
  { to: '/signing-keys', text: 'Signing keys', icon: <Key />, route: 'keyList' },
  { to: '/sro-appointments', text: 'SROs', icon: <AssignmentInd />, route: 'sroList' },
  { to: '/write-exceptions', text: 'Write exceptions', icon: <EditNote />, route: 'exceptionList' },
  { to: '/assurance-floors', text: 'Assurance levels', icon: <Security />, route: 'assuranceList' },
  { to: '/environments', text: 'Environments', icon: <Dns />, route: 'environmentList' },
  { to: '/emergency-stops', text: 'Emergency stops', icon: <PanTool />, route: 'stopList' },
  { to: '/user-sessions', text: 'User sessions', icon: <MedicalInformation />, route: 'userSessionList' },
  { to: '/jobs', text: 'Jobs', icon: <PendingActions />, route: 'jobList' },
  { to: '/history', text: 'History', icon: <HistoryIcon />, route: 'historyList' },
  { to: '/audit', text: 'Audit trail', icon: <ManageSearch />, route: 'auditList' },
  { to: '/explain', text: 'Explain a request', icon: <QuestionAnswer />, route: 'explain' },
  { to: '/admin-tokens', text: 'API tokens', icon: <Password />, route: 'tokenList' },
  { to: '/staff', text: 'Staff', icon: <Groups />, route: 'staffList' },
  { to: '/sessions', text: 'My sessions', icon: <Devices />, route: 'sessionList' },
];

export function ConsoleMenu() {
  const { permissions = [] } = usePermissions<readonly RouteName[]>();
  return (
    <Menu>
      <Menu.DashboardItem />
      {ENTRIES.filter(({ route }) => permissions.includes(route)).map(({ to, text, icon }) => (
        <Menu.Item key={to} to={to} primaryText={text} leftIcon={icon} />
      ))}
    </Menu>
  );
}
