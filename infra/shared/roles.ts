/** The roles of Gatehouse that a deployment runs. Each runs the same image with one role (`GATEHOUSE_ROLES`). */
export const ROLES = ['partner', 'public', 'admin', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** The listener of each role; a worker has none beside status. */
export const PORTS = { partner: 8080, admin: 8081, public: 8082 } as const;
export const STATUS_PORT = 8083;
